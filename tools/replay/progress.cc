#include "tools/replay/progress.h"

#include <unistd.h>

#include <cinttypes>
#include <cstdio>

namespace remb::replay {
namespace {

constexpr int64_t kLongBytes = 32'000'000;  // half a second

}  // namespace

Progress::Progress(int64_t size) : size_(size), enabled_(size > kLongBytes && isatty(2) == 1) {}

Progress::~Progress() {
  if (shown_percent_ >= 0) std::fputs("\r\033[K", stderr);
}

void Progress::Update(int64_t bytes_read) {
  if (!enabled_) return;
  const auto percent =
      static_cast<int64_t>(100 * (static_cast<double>(bytes_read) / static_cast<double>(size_)));
  if (percent == shown_percent_) return;
  shown_percent_ = percent;
  std::fprintf(stderr, "\rreplaying: %3" PRId64 " %%", percent);
}

}  // namespace remb::replay
