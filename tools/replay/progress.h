// A line on the terminal that says how far a long file is read.
#ifndef TOOLS_REPLAY_PROGRESS_H_
#define TOOLS_REPLAY_PROGRESS_H_

#include <cstdint>

namespace remb::replay {

class Progress {
 public:
  // Silent if standard error is no terminal, or the size is small or not known.
  explicit Progress(int64_t size);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(int64_t bytes_read);

 private:
  int64_t size_;
  bool enabled_;
  int64_t shown_percent_ = -1;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_PROGRESS_H_
