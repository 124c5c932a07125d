#include "tools/replay/command_line.h"

#include <absl/flags/flag.h>

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "tools/replay/options.h"

ABSL_FLAG(remb::replay::Clock, test_clock, {1}, "");
ABSL_FLAG(remb::replay::Profile, test_profile, {1}, "");
ABSL_FLAG(std::string, test_text, "", "");
ABSL_FLAG(remb::replay::Ssrcs, test_ssrcs, {}, "");
ABSL_FLAG(remb::replay::UpTo<255>, test_id, {}, "");
ABSL_FLAG(bool, test_switch, false, "");

namespace remb::replay {
namespace {

absl::StatusOr<std::vector<std::string>> Parse(std::vector<std::string> args) {
  args.insert(args.begin(), "program");
  std::vector<char*> pointers;
  pointers.reserve(args.size());
  for (std::string& arg : args) pointers.push_back(arg.data());
  return ParseCommandLine(static_cast<int>(pointers.size()), pointers.data());
}

std::string Error(const std::vector<std::string>& args) {
  return std::string(Parse(args).status().message());
}

TEST_CASE("flags and other arguments") {
  auto rest =
      Parse({"a", "--test_text=x=y", "-", "--test_switch", "--test_clock", "toffset", "--", "--b"});
  REQUIRE(rest.ok());
  CHECK(*rest == std::vector<std::string>{"a", "-", "--b"});
  CHECK(absl::GetFlag(FLAGS_test_text) == "x=y");
  CHECK(absl::GetFlag(FLAGS_test_switch));
  CHECK(absl::GetFlag(FLAGS_test_clock).value == 2);
  REQUIRE(Parse({"--notest_switch", "--test_clock=rtp-timestamp", "--test_profile=adaptive"}).ok());
  CHECK(absl::GetFlag(FLAGS_test_profile).value == 2);
  CHECK_FALSE(absl::GetFlag(FLAGS_test_switch));
  CHECK(absl::GetFlag(FLAGS_test_clock).value == 3);
}

TEST_CASE("hyphens stand for underscores, but not in values") {
  REQUIRE(Parse({"--test-text=a-b_c", "--test-switch"}).ok());
  CHECK(absl::GetFlag(FLAGS_test_text) == "a-b_c");
  CHECK(absl::GetFlag(FLAGS_test_switch));
  REQUIRE(Parse({"--notest-switch"}).ok());
  CHECK_FALSE(absl::GetFlag(FLAGS_test_switch));
}

TEST_CASE("SSRCs, and numbers that have a limit") {
  REQUIRE(Parse({"--test-ssrcs=4294967295,0x2A,0", "--test-id", "255"}).ok());
  CHECK(absl::GetFlag(FLAGS_test_ssrcs).values == std::vector<uint32_t>{4294967295, 42, 0});
  CHECK(absl::GetFlag(FLAGS_test_id).value == 255);
  for (const char* bad : {"", "1,", "4294967296", "-1", "video", "0x", "1 2"}) {
    CHECK(Error({std::string("--test-ssrcs=") + bad}).find("numbers of 32 bits") !=
          std::string::npos);
  }
  for (const char* bad : {"", "256", "-1", "3x"}) {
    CHECK(Error({std::string("--test-id=") + bad}).find("a whole number, 0 to 255") !=
          std::string::npos);
  }
}

TEST_CASE("errors are returned, with what is known") {
  CHECK(Error({"--clok=x"}) == "unknown flag --clok (see --help)");
  CHECK(Error({"--notest_text"}) == "unknown flag --notest_text (see --help)");
  CHECK(Error({"-x"}) == "unknown flag -x (see --help)");
  CHECK(Error({"--test_text"}) == "--test_text needs a value (see --help)");
  CHECK(Error({"--test_clock=sundial"}) ==
        "Illegal value 'sundial' specified for flag 'test_clock'; known are abs-send-time toffset "
        "rtp-timestamp (see --help)");
  CHECK(Error({"--test_profile="}) ==
        "Illegal value '' specified for flag 'test_profile'; known are libwebrtc adaptive (see "
        "--help)");
  CHECK(Error({"--test_switch=perhaps"}).find("Illegal value 'perhaps'") == 0);
}

}  // namespace
}  // namespace remb::replay
