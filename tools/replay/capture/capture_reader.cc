#include "tools/replay/capture/capture_reader.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "tools/replay/capture/capture_notes.h"
#include "tools/replay/capture/pcap_reader.h"
#include "tools/replay/capture/rtpdump_reader.h"
#include "tools/replay/progress.h"

namespace remb::replay {
namespace {

constexpr int64_t kDatagramsPerUpdate = 1 << 14;

// What is older than the newest packet by more means that the clock was set back: remb.h, TIME.
constexpr int64_t kSetBackUs = 1'000'000;

constexpr int32_t kTraceClockRate = 90'000;

// In both byte orders, of microseconds and of nanoseconds; and pcapng's first block.
constexpr std::array<std::string_view, 5> kPcapMagics = {
    "\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x4d\x3c\xb2\xa1", "\xa1\xb2\x3c\x4d", "\n\r\r\n"};
constexpr std::string_view kRtpdumpMagic = "#!rt";

// How many packets have an element of three bytes with this id.
int64_t CountCarriers(const RtpFlow& flow, uint8_t id) {
  return std::count_if(flow.packets.begin(), flow.packets.end(), [&](const RtpRecord& packet) {
    const std::span<const ThreeBytes> elements = flow.Elements(packet);
    return std::any_of(elements.begin(), elements.end(),
                       [id](const ThreeBytes& element) { return element.id == id; });
  });
}

// How many packets have the sequence number of their SSRC's packet before.
int64_t CountRepeated(const RtpFlow& flow) {
  std::map<uint32_t, uint16_t> newest;
  int64_t repeated = 0;
  for (const RtpRecord& packet : flow.packets) {
    const auto [last, is_first] = newest.try_emplace(packet.ssrc, packet.sequence_number);
    if (!is_first && last->second == packet.sequence_number) ++repeated;
    last->second = packet.sequence_number;
  }
  return repeated;
}

absl::Status NoAbsSendTime(const RtpFlow& flow, uint8_t id) {
  if (flow.encrypted > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("abs-send-time cannot be read, as the header extensions of ", flow.encrypted,
                     " packets of RTP are encrypted (RFC 9335): give --clock=rtp-timestamp"));
  }
  const std::string packets = absl::StrCat("of the ", flow.packets.size(),
                                           " packets of RTP to port ", flow.destination.port);
  if (id != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("none ", packets, " has an abs-send-time with id ", id));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no header extension ", packets,
                   " runs like abs-send-time: give --abs-send-time=ID, --port=PORT for other "
                   "packets, or another --clock"));
}

}  // namespace

bool IsCapture(std::string_view start) {
  start = start.substr(0, 4);
  return start == kRtpdumpMagic ||
         std::find(kPcapMagics.begin(), kPcapMagics.end(), start) != kPcapMagics.end();
}

absl::StatusOr<std::unique_ptr<CaptureReader>> CaptureReader::Open(File file,
                                                                   const std::string& name,
                                                                   const CaptureOptions& options) {
  std::FILE* const raw = file.get();
  const int first = std::getc(raw);
  std::ungetc(first, raw);
  absl::StatusOr<std::unique_ptr<DatagramReader>> opened;
  if (first == kRtpdumpMagic[0]) {
    opened = RtpdumpReader::Open(std::move(file));
  } else {
    opened = PcapReader::Open(std::move(file));
  }
  absl::Status status = opened.status();
  std::unique_ptr<CaptureReader> reader(new CaptureReader(name, options));
  if (status.ok()) status = reader->Read(opened->get(), raw);
  if (!status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": ", std::string(status.message())));
  }
  return reader;
}

absl::Status CaptureReader::Read(DatagramReader* reader, std::FILE* file) {
  RtpFinder finder(options_.find);
  int64_t datagrams = 0;
  {
    Progress progress(FileSize(file));
    Datagram datagram;
    for (;; ++datagrams) {
      const absl::StatusOr<bool> more = reader->Next(&datagram);
      if (!more.ok()) end_ = more.status();
      if (!more.ok() || !*more) break;
      finder.OnDatagram(datagram);
      if (datagrams % kDatagramsPerUpdate == 0) progress.Update(std::ftell(file));
    }
  }
  std::optional<RtpFlow> flow = finder.TakeLargest();
  const std::string passed_over = PassedOverText(*reader, finder);
  if (!flow) {
    if (!end_.ok()) return end_;
    return absl::InvalidArgumentError(
        absl::StrCat("no RTP, or none that is asked for, in ", datagrams, " UDP datagrams",
                     passed_over.empty() ? "" : "; passed over: ", passed_over));
  }
  flow_ = std::move(*flow);
  notes_.push_back(FlowNote(flow_));
  HoldTimes();
  if (absl::Status status = FillIn(); !status.ok()) return status;
  if (const int64_t repeated = CountRepeated(flow_); repeated > 0) {
    notes_.push_back(RepeatedNote(repeated));
  }
  if (finder.other_flows() > 0) notes_.push_back(OtherFlowsNote(finder));
  if (!passed_over.empty()) notes_.push_back(absl::StrCat("passed over: ", passed_over));
  return absl::OkStatus();
}

absl::Status CaptureReader::FillIn() {
  std::map<uint32_t, ClockRateGuess> rates = GuessClockRates(flow_);
  for (auto& [ssrc, rate] : rates) {
    if (options_.clock_rate_hz != 0) rate.rate_hz = options_.clock_rate_hz;
    streams_[ssrc].clock_rate = rate;
  }
  for (std::string& note : StreamNotes(flow_, rates, options_.clock_rate_hz != 0)) {
    notes_.push_back(std::move(note));
  }
  std::optional<AbsSendTimeGuess> abs_send_time;
  if (options_.abs_send_time_id == 0) {
    abs_send_time = GuessAbsSendTime(flow_);
    if (abs_send_time) options_.abs_send_time_id = abs_send_time->id;
  }
  const int64_t carriers = CountCarriers(flow_, options_.abs_send_time_id);
  if (carriers == 0 && options_.clock == REMB_CLOCK_ABS_SEND_TIME) {
    return NoAbsSendTime(flow_, options_.abs_send_time_id);
  }
  notes_.push_back(AbsSendTimeNote(options_.abs_send_time_id, carriers, abs_send_time));
  std::optional<TransmissionOffsetGuess> offset;
  if (options_.transmission_offset_id == 0) {
    offset = GuessTransmissionOffset(flow_, rates, options_.abs_send_time_id);
    if (offset) options_.transmission_offset_id = offset->id;
  }
  notes_.push_back(TransmissionOffsetNote(options_.transmission_offset_id,
                                          CountCarriers(flow_, options_.transmission_offset_id),
                                          offset));
  notes_.push_back(SizesNote(options_.srtp_auth_tag_bytes));
  return absl::OkStatus();
}

void CaptureReader::HoldTimes() {
  int64_t held = 0;
  int64_t set_back = 0;
  int64_t newest_us = 0;
  for (RtpRecord& packet : flow_.packets) {
    if (packet.time_us < newest_us - kSetBackUs) {
      ++set_back;
      newest_us = packet.time_us;
    }
    if (packet.time_us < newest_us) ++held;
    newest_us = packet.time_us = std::max(newest_us, packet.time_us);
  }
  if (held > 0) notes_.push_back(HeldNote(held));
  if (set_back > 0) notes_.push_back(SetBackNote(set_back));
}

uint32_t CaptureReader::Timestamp(const RtpRecord& packet) {
  Stream& stream = streams_.at(packet.ssrc);
  if (stream.clock_rate.rate_hz == kTraceClockRate) return packet.timestamp;
  if (!stream.heard) {
    stream.heard = true;
    stream.timestamp = stream.scaled = packet.timestamp;
  }
  const int64_t step = static_cast<int32_t>(packet.timestamp - stream.timestamp);
  const int64_t scaled = step * kTraceClockRate + stream.remainder;
  stream.timestamp = packet.timestamp;
  stream.scaled += static_cast<uint32_t>(scaled / stream.clock_rate.rate_hz);
  stream.remainder = scaled % stream.clock_rate.rate_hz;
  return stream.scaled;
}

absl::StatusOr<bool> CaptureReader::Next(remb_packet* packet) {
  if (next_ == flow_.packets.size()) {
    if (end_.ok()) return false;
    return absl::InvalidArgumentError(absl::StrCat(name_, ": ", std::string(end_.message())));
  }
  const RtpRecord& record = flow_.packets[next_++];
  *packet = {};
  packet->struct_size = sizeof *packet;
  packet->ssrc = record.ssrc;
  packet->arrival_us = record.time_us;
  packet->stamps =
      REMB_STAMP_RTP_TIMESTAMP | REMB_STAMP_TRANSMISSION_OFFSET | REMB_STAMP_SEQUENCE_NUMBER;
  packet->rtp_timestamp = Timestamp(record);
  packet->payload_bytes = std::max(0, record.payload_bytes - options_.srtp_auth_tag_bytes);
  packet->sequence_number = record.sequence_number;
  for (const ThreeBytes& element : flow_.Elements(record)) {
    if (element.id == options_.abs_send_time_id) {
      packet->abs_send_time = element.value;
      packet->stamps |= REMB_STAMP_ABS_SEND_TIME;
    } else if (element.id == options_.transmission_offset_id) {
      const int64_t ticks = int64_t{Signed24(element.value)} * kTraceClockRate /
                            streams_.at(record.ssrc).clock_rate.rate_hz;
      packet->transmission_offset =
          static_cast<int32_t>(std::clamp<int64_t>(ticks, -(1 << 23), (1 << 23) - 1));
    }
  }
  return true;
}

}  // namespace remb::replay
