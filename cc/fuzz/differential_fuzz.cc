// Any calls to the library and to the plain implementation of the same algorithm: all that can be
// asked must be the same after each of them.

#include <cstddef>
#include <cstdint>

#include "cc/testing/plain/random_calls.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  remb::plain::MakeCalls({data, size});  // an exception tells the first difference
  return 0;
}
