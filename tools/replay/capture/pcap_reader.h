// Reads pcap and pcapng captures by libpcap.
#ifndef TOOLS_REPLAY_CAPTURE_PCAP_READER_H_
#define TOOLS_REPLAY_CAPTURE_PCAP_READER_H_

#include <absl/status/statusor.h>
#include <pcap/pcap.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "tools/replay/capture/datagram.h"
#include "tools/replay/capture/parsed.h"
#include "tools/replay/file.h"

namespace remb::replay {

class PcapReader : public DatagramReader {
 public:
  // Reads from the file's present place.
  static absl::StatusOr<std::unique_ptr<PcapReader>> Open(File file);

  absl::StatusOr<bool> Next(Datagram* datagram) override;
  std::string PassedOver() const override;

 private:
  struct Closer {
    void operator()(pcap_t* pcap) const { pcap_close(pcap); }
  };

  explicit PcapReader(pcap_t* pcap) : pcap_(pcap), link_type_(pcap_datalink(pcap)) {}

  std::unique_ptr<pcap_t, Closer> pcap_;
  int link_type_;
  int64_t packets_ = 0;
  std::array<int64_t, kParsedCount> count_ = {};
};

}  // namespace remb::replay

#endif  // TOOLS_REPLAY_CAPTURE_PCAP_READER_H_
