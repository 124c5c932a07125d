// Prints a checksum of all that an estimator answers to each reference trace, by profile and clock:
// the same on every processor. Run in the workspace's root; tools/arm64.sh compares.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <remb/remb.hpp>
#include <vector>

#include "cc/testing/packets.h"

namespace remb::testing {
namespace {

// FNV-1a.
class Checksum {
 public:
  template <typename T>
  void Add(const T& value) {
    unsigned char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    for (unsigned char byte : bytes) value_ = (value_ ^ byte) * 0x100000001b3;
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325;
};

uint64_t AnswersTo(const std::vector<remb_packet>& packets, int32_t profile, int32_t clock) {
  remb_config config;
  remb_config_init(&config, sizeof(config));
  config.profile = profile;
  config.clock = clock;
  Estimator estimator(config);
  Checksum checksum;
  for (const remb_packet& packet : packets) {
    const int32_t facts = estimator.OnPacket(packet);
    checksum.Add(facts);
    checksum.Add(estimator.Stats());
    checksum.Add(estimator.Estimate());
    if (facts & REMB_DUE) estimator.RembSent(packet.arrival_us, estimator.Estimate());
    checksum.Add(estimator.NextPollUs());
  }
  return checksum.value();
}

void Print() {
  for (const char* name : kReferenceTraces) {
    const std::vector<remb_packet> packets = ReadReferenceTrace(name);
    for (int32_t profile : {REMB_PROFILE_LIBWEBRTC, REMB_PROFILE_ADAPTIVE}) {
      for (int32_t clock : {REMB_CLOCK_AUTO, REMB_CLOCK_ABS_SEND_TIME,
                            REMB_CLOCK_TRANSMISSION_OFFSET, REMB_CLOCK_RTP_TIMESTAMP}) {
        std::printf("%s profile %d clock %d: %016llx\n", name, profile, clock,
                    static_cast<unsigned long long>(AnswersTo(packets, profile, clock)));
      }
    }
  }
}

}  // namespace
}  // namespace remb::testing

int main() { remb::testing::Print(); }
