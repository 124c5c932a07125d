#include "tools/sim/command/run_progress.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace remb::sim {
namespace {

constexpr size_t kBarWidth = 40;
constexpr std::chrono::milliseconds kBarInterval{100};
constexpr std::chrono::seconds kLineInterval{10};

}  // namespace

RunProgress::RunProgress(size_t runs) : runs_(runs), terminal_(isatty(2) == 1) {}

RunProgress::~RunProgress() {
  if (terminal_) std::fputs("\r\033[K", stderr);
}

void RunProgress::Update(size_t done) {
  const Clock::time_point now = Clock::now();
  if (terminal_ ? now - shown_ < kBarInterval : now - shown_ < kLineInterval) return;
  shown_ = now;
  const double took = std::chrono::duration<double>(now - start_).count();
  const double left = took / static_cast<double>(done) * static_cast<double>(runs_ - done);
  if (!terminal_) {
    std::fprintf(stderr, "sim: %zu of %zu runs, %.0f s to go\n", done, runs_, left);
    return;
  }
  std::string bar(kBarWidth * done / runs_, '#');
  bar.resize(kBarWidth, '.');
  std::fprintf(stderr, "\r[%s] %zu of %zu runs, %.0f s to go\033[K", bar.c_str(), done, runs_,
               left);
  std::fflush(stderr);
}

}  // namespace remb::sim
