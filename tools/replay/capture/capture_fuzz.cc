// Any bytes as a capture of any kind. What comes out of it must be what the library takes.

#include <remb/remb.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tools/replay/capture/capture_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace remb::replay;
  if (size == 0) return 0;
  for (int32_t clock : {REMB_CLOCK_ABS_SEND_TIME, REMB_CLOCK_RTP_TIMESTAMP}) {
    CaptureOptions options;
    options.clock = clock;
    options.srtp_auth_tag_bytes = 10;
    File file(fmemopen(const_cast<uint8_t*>(data), size, "rb"));
    if (file == nullptr) std::abort();
    auto reader = CaptureReader::Open(std::move(file), "fuzz", options);
    if (!reader.ok()) continue;
    remb_packet packet;
    for (auto more = (*reader)->Next(&packet); more.ok() && *more;
         more = (*reader)->Next(&packet)) {
      if (packet.arrival_us < 0 || packet.arrival_us > REMB_MAX_TIME_US ||
          packet.payload_bytes < 0 || packet.payload_bytes > 65535 ||
          packet.abs_send_time > 0xffffff || packet.transmission_offset < -(1 << 23) ||
          packet.transmission_offset >= 1 << 23) {
        std::abort();
      }
    }
  }
  return 0;
}
