// The SSRCs known: remb.h, "Streams".
#ifndef CC_TESTING_PLAIN_STREAMS_H_
#define CC_TESTING_PLAIN_STREAMS_H_

#include <remb/remb.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "cc/testing/plain/send_line.h"
#include "cc/testing/plain/units.h"

namespace remb::plain {

struct Stream {
  std::optional<remb_stream> added;  // what the user said of it
  uint32_t stamps = 0;               // of its newest packet
  int64_t last_seen = -1;            // packets of audio left out included
  std::optional<int64_t> heard;      // when last, in this life; of packets that count
  int64_t order = 0;                 // among all streams, by the newest packet
  int64_t packets = 0;
  int64_t bytes = 0;
  std::optional<SendLine> line;  // by the RTP clocks

  bool IdleAt(int64_t now) const { return heard && now - *heard > kStreamTimeout; }
  bool AliveAt(int64_t now) const { return heard && !IdleAt(now); }
  void EndLife() {
    heard.reset();
    line.reset();
  }
};

class Streams : public std::map<uint32_t, Stream> {
 public:
  int64_t CountAdded() const {
    return std::count_if(begin(), end(), [](const auto& s) { return s.second.added.has_value(); });
  }
  bool AnyHeard() const {
    return std::any_of(begin(), end(), [](const auto& s) { return s.second.heard.has_value(); });
  }
  bool AnyAliveAt(int64_t now) const {
    return std::any_of(begin(), end(), [&](const auto& s) { return s.second.AliveAt(now); });
  }

  // Ends the lives of streams that were silent for more than 2 s, or of all. Those that were not
  // added are forgotten, but for the one that comes back just now.
  void DropIdle(int64_t now, std::optional<uint32_t> back = std::nullopt) {
    Drop([now](const Stream& stream) { return stream.IdleAt(now); }, back);
  }
  void DropAll(std::optional<uint32_t> back) {
    Drop([](const Stream&) { return true; }, back);
  }

 private:
  template <typename Which>
  void Drop(Which which, std::optional<uint32_t> back) {
    std::erase_if(*this, [&](const auto& s) {
      return !s.second.added && s.first != back && which(s.second);
    });
    for (auto& [ssrc, stream] : *this) {
      if (which(stream)) stream.EndLife();
    }
  }
};

}  // namespace remb::plain

#endif  // CC_TESTING_PLAIN_STREAMS_H_
