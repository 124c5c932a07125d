// A UDP datagram as a capture has it.
#ifndef TOOLS_REPLAY_CAPTURE_DATAGRAM_H_
#define TOOLS_REPLAY_CAPTURE_DATAGRAM_H_

#include <absl/status/statusor.h>

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>

namespace remb::replay {

struct Endpoint {
  std::array<uint8_t, 16> address = {};  // IPv4 as ::ffff:a.b.c.d, RFC 4291 section 2.5.5.2
  uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;
};

// "192.0.2.1:5004", "[2001:db8::1]:5004".
std::string ToString(const Endpoint& endpoint);

struct Datagram {
  int64_t time_us = 0;  // since 1970, or whatever the capture counts from
  Endpoint source;
  Endpoint destination;
  std::span<const uint8_t> payload;  // as much of it as was captured
  int32_t payload_bytes = 0;         // all of it
};

// Captures of one format.
class DatagramReader {
 public:
  virtual ~DatagramReader() = default;

  // Reads the next one, whose payload is there until the next call. False: no more. An error says
  // what is wrong and at which packet, but not the file's name.
  virtual absl::StatusOr<bool> Next(Datagram* datagram) = 0;

  // What was passed over until now, as "12 not IP, 3 not UDP"; empty: nothing.
  virtual std::string PassedOver() const = 0;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_DATAGRAM_H_
