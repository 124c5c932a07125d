// What a fuzz target claims.
#ifndef CC_FUZZ_REQUIRE_H_
#define CC_FUZZ_REQUIRE_H_

#include <cstdio>
#include <cstdlib>

// Ends the process unless the condition holds, so that the fuzzer keeps the input.
#define REQUIRE(condition)                                                         \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (false)

#endif  // CC_FUZZ_REQUIRE_H_
