// A main for Catch2 that speaks Bazel's test protocol: --test_filter, a JUnit report, sharding.

#include <catch2/catch_session.hpp>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

std::string Env(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> args(argv, argv + argc);
  if (std::string filter = Env("TESTBRIDGE_TEST_ONLY"); !filter.empty()) args.push_back(filter);
  if (std::string xml = Env("XML_OUTPUT_FILE"); !xml.empty()) {
    args.insert(args.end(), {"--reporter", "console", "--reporter", "junit::out=" + xml});
  }
  if (std::string shards = Env("TEST_TOTAL_SHARDS"); !shards.empty() && shards != "0") {
    args.insert(args.end(), {"--shard-count", shards, "--shard-index", Env("TEST_SHARD_INDEX"),
                             "--allow-running-no-tests"});
    std::ofstream(Env("TEST_SHARD_STATUS_FILE"));  // its existence says that we do shard
  }
  std::vector<const char*> pointers;
  pointers.reserve(args.size());
  for (const std::string& arg : args) pointers.push_back(arg.c_str());

  Catch::Session session;
  if (int error = session.applyCommandLine(static_cast<int>(pointers.size()), pointers.data())) {
    return error;
  }
  return session.run();
}
