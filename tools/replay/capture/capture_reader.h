// A capture as packets to replay.
#ifndef TOOLS_REPLAY_CAPTURE_CAPTURE_READER_H_
#define TOOLS_REPLAY_CAPTURE_CAPTURE_READER_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <remb/remb.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/replay/capture/datagram.h"
#include "tools/replay/capture/guesses.h"
#include "tools/replay/capture/rtp_finder.h"
#include "tools/replay/file.h"
#include "tools/replay/packet_reader.h"

namespace remb::replay {

struct CaptureOptions {
  RtpFinder::Options find;
  // 0: to be guessed.
  uint8_t abs_send_time_id = 0;
  uint8_t transmission_offset_id = 0;
  int32_t clock_rate_hz = 0;
  int32_t srtp_auth_tag_bytes = 0;           // not counted in a packet's size
  int32_t clock = REMB_CLOCK_ABS_SEND_TIME;  // without which the capture is of no use

  bool operator==(const CaptureOptions&) const = default;
};

// Whether a file that starts so, with four bytes or more, is a capture of some kind.
bool IsCapture(std::string_view start);

// Reads all of a capture first, since it takes many packets to tell what is RTP, and keeps about
// 50 bytes a packet. Packets come out as a trace has them: RTP timestamps and transmission offsets
// in ticks of 90 kHz, whatever the stream's own clock.
class CaptureReader : public PacketReader {
 public:
  // The name goes into errors: "FILE: packet N: what". Where a capture breaks off, Next gives the
  // packets before that and then the error.
  static absl::StatusOr<std::unique_ptr<CaptureReader>> Open(File file, const std::string& name,
                                                             const CaptureOptions& options);

  absl::StatusOr<bool> Next(remb_packet* packet) override;
  std::vector<std::string> Notes() const override { return notes_; }

 private:
  struct Stream {
    ClockRateGuess clock_rate;
    bool heard = false;
    uint32_t timestamp = 0;  // the newest
    // The same in ticks of 90 kHz, and what division has left.
    uint32_t scaled = 0;
    int64_t remainder = 0;
  };

  CaptureReader(std::string name, CaptureOptions options)
      : name_(std::move(name)), options_(std::move(options)) {}

  absl::Status Read(DatagramReader* reader, std::FILE* file);
  absl::Status FillIn();
  void HoldTimes();
  uint32_t Timestamp(const RtpRecord& packet);

  std::string name_;
  CaptureOptions options_;
  RtpFlow flow_;
  std::map<uint32_t, Stream> streams_;
  absl::Status end_;  // an error at which reading ended
  size_t next_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_CAPTURE_READER_H_
