#include "cc/testing/test_malloc.h"

#include <malloc.h>

#include <cerrno>
#include <cstddef>

// glibc's own, under the names that it has for programs with another malloc.
extern "C" {
void* __libc_malloc(size_t size);                      // NOLINT
void* __libc_calloc(size_t count, size_t size);        // NOLINT
void* __libc_realloc(void* block, size_t size);        // NOLINT
void* __libc_memalign(size_t alignment, size_t size);  // NOLINT
void __libc_free(void* block);                         // NOLINT
}

namespace {

struct Counts {
  bool counting = false;
  bool stay_failing = false;
  int64_t fail_at = 0;
  int64_t allocations = 0;
  int64_t failures = 0;
};

thread_local Counts counts;
thread_local int64_t live_blocks = 0;
thread_local int64_t live_bytes = 0;

bool MustFail() {
  if (!counts.counting) return false;
  const int64_t index = counts.allocations++;
  const int64_t fail_at = counts.fail_at;
  if (fail_at < 0 || index < fail_at || (index > fail_at && !counts.stay_failing)) return false;
  ++counts.failures;
  errno = ENOMEM;
  return true;
}

void* Allocated(void* block) {
  if (block) {
    ++live_blocks;
    live_bytes += static_cast<int64_t>(malloc_usable_size(block));
  }
  return block;
}

void Freed(void* block) {
  if (block) {
    --live_blocks;
    live_bytes -= static_cast<int64_t>(malloc_usable_size(block));
  }
}

}  // namespace

extern "C" {

void* malloc(size_t size) noexcept { return MustFail() ? nullptr : Allocated(__libc_malloc(size)); }

void* calloc(size_t count, size_t size) noexcept {
  return MustFail() ? nullptr : Allocated(__libc_calloc(count, size));
}

void* realloc(void* block, size_t size) noexcept {
  if (MustFail()) return nullptr;
  Freed(block);
  return Allocated(__libc_realloc(block, size));
}

void* memalign(size_t alignment, size_t size) noexcept {
  return MustFail() ? nullptr : Allocated(__libc_memalign(alignment, size));
}

void* aligned_alloc(size_t alignment, size_t size) noexcept { return memalign(alignment, size); }

int posix_memalign(void** block, size_t alignment, size_t size) noexcept {
  *block = memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}

void free(void* block) noexcept {
  Freed(block);
  __libc_free(block);
}

}  // extern "C"

namespace remb::testing {

int64_t LiveBlocks() { return live_blocks; }
int64_t LiveBytes() { return live_bytes; }

MallocScope::MallocScope(int64_t fail_at, bool stay_failing) {
  counts = {.counting = true, .stay_failing = stay_failing, .fail_at = fail_at};
}
MallocScope::~MallocScope() { counts.counting = false; }

int64_t MallocScope::allocations() const { return counts.allocations; }
int64_t MallocScope::failures() const { return counts.failures; }

}  // namespace remb::testing
