// Big-endian numbers in packets.
#ifndef CC_RTP_BYTE_IO_H_
#define CC_RTP_BYTE_IO_H_

#include <cstdint>

namespace remb::core {

inline uint32_t ReadU16(const uint8_t* data) { return uint32_t{data[0]} << 8 | data[1]; }
inline uint32_t ReadU24(const uint8_t* data) { return ReadU16(data) << 8 | data[2]; }
inline uint32_t ReadU32(const uint8_t* data) { return ReadU24(data) << 8 | data[3]; }
inline uint64_t ReadU64(const uint8_t* data) {
  return uint64_t{ReadU32(data)} << 32 | ReadU32(data + 4);
}

inline void WriteU16(uint8_t* data, uint32_t value) {
  data[0] = static_cast<uint8_t>(value >> 8);
  data[1] = static_cast<uint8_t>(value);
}
inline void WriteU32(uint8_t* data, uint32_t value) {
  WriteU16(data, value >> 16);
  WriteU16(data + 2, value);
}

}  // namespace remb::core

#endif  // CC_RTP_BYTE_IO_H_
