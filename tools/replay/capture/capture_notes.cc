#include "tools/replay/capture/capture_notes.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>

namespace remb::replay {
namespace {

constexpr size_t kMaxStreamNotes = 16;

}  // namespace

std::string FlowNote(const RtpFlow& flow) {
  const double seconds =
      static_cast<double>(flow.packets.back().time_us - flow.packets.front().time_us) * 1e-6;
  return absl::StrFormat("RTP from %s to %s: %d packets, %.3f s", ToString(flow.source),
                         ToString(flow.destination), flow.packets.size(), seconds);
}

std::string OtherFlowsNote(const RtpFinder& finder) {
  return absl::StrFormat(
      "left out: %d packets of RTP, most of them to port %d (--port chooses); other flows: %d",
      finder.other_packets(), finder.largest_other().port, finder.other_flows());
}

std::vector<std::string> StreamNotes(const RtpFlow& flow,
                                     const std::map<uint32_t, ClockRateGuess>& rates, bool given) {
  std::map<uint32_t, int64_t> packets;
  for (const RtpRecord& packet : flow.packets) ++packets[packet.ssrc];
  std::vector<std::string> notes;
  for (const auto& [ssrc, count] : packets) {
    if (notes.size() == kMaxStreamNotes) {
      notes.push_back(absl::StrCat("and ", packets.size() - kMaxStreamNotes, " SSRCs more"));
      break;
    }
    const ClockRateGuess& rate = rates.at(ssrc);
    std::string why = "given";
    if (!given && rate.sure) {
      why = absl::StrFormat("guessed: it ran at %.0f", *rate.measured_hz);
    } else if (!given && rate.measured_hz) {
      why = absl::StrFormat("assumed: it ran at %.0f; see --clock-rate", *rate.measured_hz);
    } else if (!given) {
      why = "assumed: too few packets to tell";
    }
    notes.push_back(absl::StrFormat("SSRC %d (0x%08x): %d packets, RTP clock %d Hz (%s)", ssrc,
                                    ssrc, count, rate.rate_hz, why));
  }
  return notes;
}

std::string AbsSendTimeNote(uint8_t id, int64_t packets,
                            const std::optional<AbsSendTimeGuess>& guess) {
  if (id == 0) return "abs-send-time: not found";
  std::string what = absl::StrFormat("abs-send-time: id %d, in %d packets", id, packets);
  if (!guess) return what;
  return absl::StrFormat("%s (guessed: %.1f %% of its values run with the time of capture)", what,
                         std::floor(guess->share * 1000) / 10);
}

std::string TransmissionOffsetNote(uint8_t id, int64_t packets,
                                   const std::optional<TransmissionOffsetGuess>& guess) {
  if (id == 0) return "transmission offset: not found, taken as 0";
  std::string what = absl::StrFormat("transmission offset: id %d, in %d packets", id, packets);
  if (!guess) return what;
  return absl::StrFormat("%s (guessed: jitter is %.2f ms with it, %.2f ms without)", what,
                         guess->with_ms, guess->without_ms);
}

std::string SizesNote(int32_t srtp_auth_tag_bytes) {
  if (srtp_auth_tag_bytes == 0) return "sizes: all behind the RTP header (see --srtp-auth-tag)";
  return absl::StrCat("sizes: all behind the RTP header but ", srtp_auth_tag_bytes,
                      " bytes of SRTP's tag");
}

std::string HeldNote(int64_t packets) {
  return absl::StrCat(packets, " packets were captured out of order: taken at the newest time");
}

std::string SetBackNote(int64_t times) {
  return absl::StrCat("the capture's clock was set back ", times,
                      " times: measurement starts afresh there");
}

std::string RepeatedNote(int64_t packets) {
  return absl::StrCat(packets,
                      " packets are there twice and count twice: were they captured on several "
                      "interfaces?");
}

std::string PassedOverText(const DatagramReader& reader, const RtpFinder& finder) {
  std::string text = reader.PassedOver();
  if (finder.not_rtp() > 0) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", finder.not_rtp(), " not RTP");
  }
  if (finder.cut() > 0) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", finder.cut(), " cut within the RTP header");
  }
  return text;
}

}  // namespace remb::replay
