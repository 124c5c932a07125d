// Spoofed packets.
#ifndef TOOLS_SOAK_SPOOFER_H_
#define TOOLS_SOAK_SPOOFER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cc/testing/random.h"

namespace remb::soak {

// What spoofed packets look like.
struct Flood {
  enum class Times {
    kTrue,   // sent when they arrive
    kLying,  // any of the 64 s that abs-send-time has
    kEarly,  // sent 0.4 s after they arrive: a lower delay than the path's
    kNone,   // no send times
  };
  enum class Ssrcs {
    kOne,      // a single one
    kOnce,     // a new one for each packet
    kStrided,  // new ones, at distances that make weak hashes collide
    kInTurn,   // 10 000, each again and again
  };

  std::string name;
  Times times;
  Ssrcs ssrcs;
  bool all_shapes = false;  // headers of all shapes, some malformed
};

// All that are tried. The first one is no flood of SSRCs.
std::vector<Flood> Floods();

class Spoofer {
 public:
  explicit Spoofer(Flood flood) : flood_(std::move(flood)) {}

  // The next packet's bytes.
  std::vector<uint8_t> Next(int64_t now_us);
  // Its SSRC.
  uint32_t ssrc() const { return ssrc_; }

 private:
  uint32_t NextSsrc();
  void Reshape(std::vector<uint8_t>& rtp);

  Flood flood_;
  testing::Random random_{7};
  uint64_t count_ = 0;
  uint32_t ssrc_ = 0;
};

}  // namespace remb::soak

#endif  // TOOLS_SOAK_SPOOFER_H_
