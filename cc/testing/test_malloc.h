// The program's malloc, made to count what a piece of code allocates and to fail on demand.
// operator new and exceptions come here as well. Each thread counts for itself.
#ifndef CC_TESTING_TEST_MALLOC_H_
#define CC_TESTING_TEST_MALLOC_H_

#include <cstdint>

namespace remb::testing {

// What this thread has allocated less what it has freed: blocks, and their usable size.
int64_t LiveBlocks();
int64_t LiveBytes();

// Counts and fails while it lives. One at a time on a thread.
class MallocScope {
 public:
  static constexpr int64_t kNever = -1;

  // `fail_at`: the allocation that fails, from 0. `stay_failing`: all after it fail too.
  explicit MallocScope(int64_t fail_at = kNever, bool stay_failing = false);
  ~MallocScope();
  MallocScope(const MallocScope&) = delete;
  MallocScope& operator=(const MallocScope&) = delete;

  int64_t allocations() const;  // failed ones too
  int64_t failures() const;
};

}  // namespace remb::testing

#endif  // CC_TESTING_TEST_MALLOC_H_
