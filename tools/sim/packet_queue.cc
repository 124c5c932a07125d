#include "tools/sim/packet_queue.h"

#include "tools/sim/drop_tail_queue.h"
#include "tools/sim/fq_codel.h"
#include "tools/sim/pie.h"

namespace remb::sim {

std::unique_ptr<PacketQueue> MakePacketQueue(const QueueConfig& config, int64_t capacity_bps,
                                             uint64_t seed, const std::string& link,
                                             PacketQueue::OnDrop on_drop) {
  const double bytes = Seconds(config.limit) * static_cast<double>(capacity_bps) / 8;
  const int64_t limit_bytes =
      config.limit_bytes > 0 ? config.limit_bytes : static_cast<int64_t>(bytes);
  switch (config.kind) {
    case QueueConfig::Kind::kDropTailTime:
      return std::make_unique<DropTailQueue>(DropTailQueue::Limit{.wait = config.limit},
                                             std::move(on_drop));
    case QueueConfig::Kind::kDropTailBytes:
      return std::make_unique<DropTailQueue>(DropTailQueue::Limit{.bytes = limit_bytes},
                                             std::move(on_drop));
    case QueueConfig::Kind::kFqCoDel:
      return std::make_unique<FqCoDel>(seed, config.limit_bytes, std::move(on_drop));
    case QueueConfig::Kind::kPie:
      return std::make_unique<Pie>(limit_bytes, seed, link, std::move(on_drop));
  }
  return nullptr;
}

}  // namespace remb::sim
