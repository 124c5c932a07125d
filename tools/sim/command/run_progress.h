// How far a bench is, on standard error.
#ifndef TOOLS_SIM_COMMAND_RUN_PROGRESS_H_
#define TOOLS_SIM_COMMAND_RUN_PROGRESS_H_

#include <chrono>
#include <cstddef>

namespace remb::sim {

// A bar on a terminal; elsewhere a line each 10 s, so nothing for what is quick.
class RunProgress {
 public:
  explicit RunProgress(size_t runs);
  ~RunProgress();  // clears the bar
  RunProgress(const RunProgress&) = delete;
  RunProgress& operator=(const RunProgress&) = delete;

  void Update(size_t done);

 private:
  using Clock = std::chrono::steady_clock;

  size_t runs_;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_COMMAND_RUN_PROGRESS_H_
