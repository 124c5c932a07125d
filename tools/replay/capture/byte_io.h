// Big-endian numbers in packets.
#ifndef TOOLS_REPLAY_CAPTURE_BYTE_IO_H_
#define TOOLS_REPLAY_CAPTURE_BYTE_IO_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace remb::replay {

inline uint16_t ReadU16(std::span<const uint8_t> bytes, size_t at) {
  return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
inline uint32_t ReadU32(std::span<const uint8_t> bytes, size_t at) {
  return uint32_t{ReadU16(bytes, at)} << 16 | ReadU16(bytes, at + 2);
}

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_BYTE_IO_H_
