#include "tools/sim/codel.h"

#include <cmath>

namespace remb::sim {
namespace {

// RFC 8289, sections 4.2 and 4.3; RFC 8290, section 5.2.
constexpr Nanos kTarget = 5 * kMillisecond;
constexpr Nanos kInterval = 100 * kMillisecond;
// No more than this cannot be a standing queue: RFC 8289's maxpacket.
constexpr int64_t kMaxPacketBytes = 1514;

}  // namespace

bool CoDel::Drops(Nanos sojourn, int64_t left_bytes, Nanos now) {
  const bool too_long = StandsTooLong(sojourn, left_bytes, now);
  if (dropping_) {
    if (!too_long) {
      dropping_ = false;
      return false;
    }
    if (now < drop_next_) return false;
    ++count_;
    drop_next_ = ControlLaw(drop_next_);
    return true;
  }
  if (!too_long) return false;
  dropping_ = true;
  // Soon after a dropping state: goes on near the rate at which that one controlled the queue.
  const int32_t delta = count_ - last_count_;
  count_ = delta > 1 && now - drop_next_ < 16 * kInterval ? delta : 1;
  last_count_ = count_;
  drop_next_ = ControlLaw(now);
  return true;
}

void CoDel::OnEmpty() {
  first_above_ = 0;
  dropping_ = false;
}

bool CoDel::StandsTooLong(Nanos sojourn, int64_t left_bytes, Nanos now) {
  if (sojourn < kTarget || left_bytes <= kMaxPacketBytes) {
    first_above_ = 0;
    return false;
  }
  if (first_above_ == 0) first_above_ = now + kInterval;
  return now >= first_above_;
}

Nanos CoDel::ControlLaw(Nanos time) const {
  return time + static_cast<Nanos>(static_cast<double>(kInterval) / std::sqrt(count_));
}

}  // namespace remb::sim
