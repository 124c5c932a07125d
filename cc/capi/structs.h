// The rules of remb.h for structs that grow at the end.
#ifndef CC_CAPI_STRUCTS_H_
#define CC_CAPI_STRUCTS_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "remb/remb.h"

namespace remb::core {

// No struct comes near this size: what claims more has not been initialised.
constexpr uint32_t kMaxStructSize = 65536;

constexpr bool IsStructSize(uint32_t size, uint32_t least) {
  return size >= least && size <= kMaxStructSize;
}

// A caller's struct_size. By memcpy, since an array of foreign structs need not be aligned as ours.
inline uint32_t StructSize(const void* from) {
  uint32_t size;
  std::memcpy(&size, from, sizeof size);
  return size;
}

// Whether all bytes from `known` to `size`, which are unknown to this version, are 0.
inline bool HasZeroTail(const void* from, uint32_t known, uint32_t size) {
  const auto* bytes = static_cast<const unsigned char*>(from);
  for (uint32_t i = known; i < size; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

// Copies a caller's struct: what a shorter one lacks is 0, and a longer one must end in zeros.
// Gives REMB_OK, REMB_ERR_NULL or REMB_ERR_STRUCT_SIZE.
template <typename T>
int32_t CopyIn(const void* from, T& to) {
  if (!from) return REMB_ERR_NULL;
  const uint32_t size = StructSize(from);
  if (size == sizeof(T)) {
    std::memcpy(&to, from, sizeof(T));
    return REMB_OK;
  }
  if (!IsStructSize(size, sizeof(uint32_t)) || !HasZeroTail(from, sizeof(T), size)) {
    return REMB_ERR_STRUCT_SIZE;
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
