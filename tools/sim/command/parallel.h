// Work that comes in numbered pieces, on several threads.
#ifndef TOOLS_SIM_COMMAND_PARALLEL_H_
#define TOOLS_SIM_COMMAND_PARALLEL_H_

#include <cstddef>
#include <functional>

namespace remb::sim {

// Calls work(0) ... work(count - 1), each once, `jobs` at a time, in this order of beginning; after
// each, done(how many are) by one thread at a time. `work` must not throw.
void ParallelFor(size_t count, int jobs, const std::function<void(size_t)>& work,
                 const std::function<void(size_t)>& done);

}  // namespace remb::sim

#endif  // TOOLS_SIM_COMMAND_PARALLEL_H_
