// Stands in for libFuzzer: runs the fuzz target once on each file that is named or lies in a folder
// that is.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

void Run(const std::filesystem::path& path) {
  std::fprintf(stderr, "%s\n", path.c_str());  // for when it ends here
  std::ifstream file(path, std::ios::binary);
  // A copy of exactly the input's size, so that AddressSanitizer sees a read beyond it.
  std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  bytes.shrink_to_fit();
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  int inputs = 0;
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] == '-') continue;  // libFuzzer's own flags
    if (!std::filesystem::is_directory(argv[i])) {
      Run(argv[i]);
      ++inputs;
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_directory()) continue;
      Run(entry.path());
      ++inputs;
    }
  }
  std::printf("%d inputs replayed\n", inputs);
  return inputs > 0 ? 0 : 1;
}
