// The rules of remb.h for structs that grow at the end.
#ifndef CC_CAPI_STRUCTS_H_
#define CC_CAPI_STRUCTS_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "remb/remb.h"

namespace remb::core {

// Copies a caller's struct: what a shorter one lacks is 0, and a longer one must end in zeros.
// Gives REMB_OK, REMB_ERR_NULL or REMB_ERR_STRUCT_SIZE.
template <typename T>
int32_t CopyIn(const T* from, T& to) {
  if (!from) return REMB_ERR_NULL;
  const uint32_t size = from->struct_size;
  if (size == sizeof(T)) {
    to = *from;
    return REMB_OK;
  }
  if (size < sizeof(uint32_t)) return REMB_ERR_STRUCT_SIZE;
  const auto* bytes = reinterpret_cast<const unsigned char*>(from);
  for (uint32_t i = sizeof(T); i < size; ++i) {
    if (bytes[i] != 0) return REMB_ERR_STRUCT_SIZE;
  }
  to = T{};
  std::memcpy(&to, from, std::min<size_t>(size, sizeof(T)));
  return REMB_OK;
}

// Copies to a caller's struct as much as it has room for; its struct_size stays.
template <typename T>
void CopyOut(const T& from, T* to) {
  const uint32_t size = to->struct_size;
  std::memcpy(to, &from, std::min<size_t>(size, sizeof(T)));
  to->struct_size = size;
}

}  // namespace remb::core

#endif  // CC_CAPI_STRUCTS_H_
