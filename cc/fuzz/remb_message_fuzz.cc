// Any bytes as an RTCP packet, through the C ABI. What is read as a REMB must come back from its
// own bytes; and what the same bytes make as a message must come back from what is written of it.

#include <remb/remb.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "cc/fuzz/require.h"

namespace {

constexpr uint8_t kUntouched = 0xA5;

remb_message Untouched() {
  remb_message message;
  std::memset(&message, kUntouched, sizeof message);
  message.struct_size = sizeof message;
  return message;
}

// Writes into a buffer of just the size that it takes, reads that, and compares.
void CheckRoundTrip(const remb_message& message) {
  const int32_t size = 20 + 4 * message.ssrc_count;
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  REQUIRE(remb_write(&message, bytes.data(), size - 1) == REMB_ERR_BUFFER_TOO_SMALL);
  REQUIRE(remb_write(&message, bytes.data(), size) == size);
  remb_message again = Untouched();
  REQUIRE(remb_parse(bytes.data(), size, &again) == REMB_OK);
  // Rounded down to 18 significant bits.
  const auto rate = static_cast<uint64_t>(message.bitrate_bps);
  const int shift = std::max(static_cast<int>(std::bit_width(rate)) - 18, 0);
  REQUIRE(static_cast<uint64_t>(again.bitrate_bps) == rate >> shift << shift);
  REQUIRE(again.sender_ssrc == message.sender_ssrc);
  REQUIRE(again.ssrc_count == message.ssrc_count);
  REQUIRE(std::equal(message.ssrcs, message.ssrcs + message.ssrc_count, again.ssrcs));
}

void Parse(const uint8_t* data, size_t size) {
  remb_message message = Untouched();
  remb_message before = message;
  const int32_t status = remb_parse(data, static_cast<int32_t>(size), &message);
  if (status != REMB_OK) {
    REQUIRE(status == REMB_ERR_MALFORMED || status == REMB_ERR_NOT_FOUND);
    REQUIRE(std::memcmp(&message, &before, sizeof message) == 0);
    return;
  }
  REQUIRE(message.struct_size == sizeof message);
  REQUIRE(message.bitrate_bps >= 0);
  const int count = message.ssrc_count;
  REQUIRE(count >= 0 && count <= REMB_MAX_SSRCS);
  REQUIRE(std::equal(message.ssrcs + count, message.ssrcs + REMB_MAX_SSRCS, &before.ssrcs[count]));
  // "No limit" to browsers, which is never written.
  if (message.bitrate_bps > 0) CheckRoundTrip(message);
}

// Rate and SSRCs as the bytes have them, in this machine's order.
void Write(const uint8_t* data, size_t size) {
  remb_message message = {.struct_size = sizeof message,
                          .sender_ssrc = static_cast<uint32_t>(size),
                          .bitrate_bps = 0,
                          .ssrc_count = 0,
                          .ssrcs = {}};
  if (size < sizeof message.bitrate_bps) return;
  std::memcpy(&message.bitrate_bps, data, sizeof message.bitrate_bps);
  const size_t bytes = std::min(size - sizeof message.bitrate_bps, sizeof message.ssrcs);
  message.ssrc_count = static_cast<int32_t>(bytes / sizeof message.ssrcs[0]);
  std::memcpy(message.ssrcs, data + sizeof message.bitrate_bps, bytes);
  if (message.bitrate_bps > 0) {
    CheckRoundTrip(message);
  } else {
    uint8_t buffer[REMB_MAX_MESSAGE_BYTES];
    REQUIRE(remb_write(&message, buffer, sizeof buffer) == REMB_ERR_ARGUMENT);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // libFuzzer gives no address for no bytes, which the ABI refuses.
  static const uint8_t nothing = 0;
  Parse(size > 0 ? data : &nothing, size);
  Write(data, size);
  return 0;
}
