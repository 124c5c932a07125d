// A bar on the terminal, if standard error is one.
#ifndef TOOLS_SOAK_PROGRESS_H_
#define TOOLS_SOAK_PROGRESS_H_

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace remb::soak {

class Progress {
 public:
  Progress() = default;
  ~Progress() {
    if (shown_ >= 0) std::fputs("\r\033[K", stderr);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `part`: 0 to 1.
  void Update(double part, const std::string& what) {
    const int percent = static_cast<int>(100 * std::min(part, 1.0));
    if (!terminal_ || percent == shown_) return;
    shown_ = percent;
    constexpr int kWidth = 40;
    std::string bar(static_cast<size_t>(kWidth * percent / 100), '#');
    bar.resize(kWidth, '.');
    std::fprintf(stderr, "\r[%s] %3d %% %s\033[K", bar.c_str(), percent, what.c_str());
    std::fflush(stderr);
  }

 private:
  bool terminal_ = isatty(2) == 1;
  int shown_ = -1;
};

}  // namespace remb::soak

#endif  // TOOLS_SOAK_PROGRESS_H_
