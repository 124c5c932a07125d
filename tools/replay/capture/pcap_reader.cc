#include "tools/replay/capture/pcap_reader.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <remb/remb.h>

#include <cstddef>
#include <span>

#include "tools/replay/capture/ip.h"
#include "tools/replay/capture/link_layer.h"

namespace remb::replay {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

absl::Status UnknownLinkType(int link_type) {
  const char* name = pcap_datalink_val_to_description_or_dlt(link_type);
  return absl::InvalidArgumentError(
      absl::StrCat("its link type is ", name,
                   "; read are Ethernet, Linux cooked, loopback and raw IP captures"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<PcapReader>> PcapReader::Open(File file) {
  char error[PCAP_ERRBUF_SIZE] = "";
  // libpcap converts every other resolution.
  pcap_t* pcap =
      pcap_fopen_offline_with_tstamp_precision(file.get(), PCAP_TSTAMP_PRECISION_MICRO, error);
  if (pcap == nullptr) return absl::InvalidArgumentError(error);
  (void)file.release();  // pcap_close closes it, but for standard input
  std::unique_ptr<PcapReader> reader(new PcapReader(pcap));
  if (!IsKnownLinkType(reader->link_type_)) return UnknownLinkType(reader->link_type_);
  return reader;
}

absl::StatusOr<bool> PcapReader::Next(Datagram* datagram) {
  for (;;) {
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    const int result = pcap_next_ex(pcap_.get(), &header, &data);
    if (result == PCAP_ERROR_BREAK) return false;
    ++packets_;
    if (result != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("packet ", packets_, ": ", pcap_geterr(pcap_.get())));
    }
    std::span<const uint8_t> ip;
    Parsed parsed = FindIp(link_type_, {data, header->caplen}, &ip);
    if (parsed == Parsed::kOk) parsed = ParseUdp(ip, datagram);
    if (parsed != Parsed::kOk) {
      ++count_[static_cast<size_t>(parsed)];
      continue;
    }
    const int64_t seconds = header->ts.tv_sec;
    const int64_t micros = header->ts.tv_usec;
    if (seconds < 0 || seconds >= REMB_MAX_TIME_US / kMicrosPerSecond || micros < 0 ||
        micros >= kMicrosPerSecond) {
      return absl::InvalidArgumentError(absl::StrCat("packet ", packets_, ": its time, ", seconds,
                                                     " s and ", micros, " us, cannot be"));
    }
    datagram->time_us = seconds * kMicrosPerSecond + micros;
    return true;
  }
}

std::string PcapReader::PassedOver() const {
  constexpr struct {
    Parsed parsed;
    const char* what;
  } kNames[] = {{Parsed::kNotIp, "not IP"},
                {Parsed::kNotUdp, "not UDP"},
                {Parsed::kFragment, "fragments behind the first"},
                {Parsed::kCut, "cut within the headers"},
                {Parsed::kMalformed, "malformed"}};
  std::string text;
  for (const auto& name : kNames) {
    const int64_t count = count_[static_cast<size_t>(name.parsed)];
    if (count > 0) absl::StrAppend(&text, text.empty() ? "" : ", ", count, " ", name.what);
  }
  return text;
}

}  // namespace remb::replay
