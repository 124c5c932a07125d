#include "tools/sim/tcp_receiver.h"

#include <catch2/catch_test_macros.hpp>
#include <vector>

namespace remb::sim {
namespace {

struct Fixture : PacketSink {
  Fixture() : receiver(3, &events, this) {
    receiver.set_on_data([this](int64_t bytes) { data.push_back(bytes); });
  }
  void OnPacket(const Packet& packet) override { ack = packet; }
  void Receive(int segment, int64_t connection = 0) {
    receiver.OnPacket({.kind = Packet::Kind::kTcpData,
                       .bytes = 100,
                       .sent = 1000 + segment,
                       .sequence = segment * 100,
                       .acknowledged = connection});
  }
  // As segments: begin and end of each, in the order told.
  std::vector<int64_t> Sack() const {
    std::vector<int64_t> segments;
    for (const auto& block : ack.sack) {
      if (block.end == 0) break;
      segments.push_back((ack.acknowledged + block.begin) / 100);
      segments.push_back((ack.acknowledged + block.end) / 100);
    }
    return segments;
  }

  EventQueue events;
  TcpReceiver receiver;
  Packet ack;
  std::vector<int64_t> data;
};

using Segments = std::vector<int64_t>;

TEST_CASE("TcpReceiver.AcknowledgesEachSegment") {
  Fixture f;
  f.events.RunUntil(5000);
  f.Receive(0);
  CHECK(f.ack.kind == Packet::Kind::kTcpAck);
  CHECK(f.ack.bytes == 40);
  CHECK(f.ack.flow == 3);
  CHECK(f.ack.backward);
  CHECK(f.ack.sent == 5000);
  CHECK(f.ack.echo == 1000);
  CHECK(f.ack.acknowledged == 100);
  CHECK(f.Sack().empty());
  f.Receive(1);
  CHECK(f.ack.acknowledged == 200);
  f.Receive(0);  // again
  CHECK(f.ack.acknowledged == 200);
  CHECK(f.data == Segments{100, 100});
}

TEST_CASE("TcpReceiver.TellsTheLatestRangesFirst") {
  Fixture f;
  f.Receive(2);
  CHECK(f.Sack() == Segments{2, 3});
  f.Receive(4);
  CHECK(f.Sack() == Segments{4, 5, 2, 3});
  f.Receive(6);
  f.Receive(8);
  CHECK(f.Sack() == Segments{8, 9, 6, 7, 4, 5});
  f.Receive(2);  // again: it is the latest, and no other is lost for it
  CHECK(f.Sack() == Segments{2, 3, 8, 9, 6, 7});
  f.Receive(7);  // joins two
  CHECK(f.Sack() == Segments{6, 9, 2, 3});
  CHECK(f.ack.acknowledged == 0);
  CHECK(f.data.empty());
}

TEST_CASE("TcpReceiver.DeliversWhatAGapHeldBack") {
  Fixture f;
  f.Receive(1);
  f.Receive(2);
  f.Receive(4);
  f.Receive(0);
  CHECK(f.ack.acknowledged == 300);
  CHECK(f.Sack() == Segments{4, 5});
  CHECK(f.data == Segments{300});
  f.Receive(3);
  CHECK(f.ack.acknowledged == 500);
  CHECK(f.Sack().empty());
  CHECK(f.data == Segments{300, 200});
}

TEST_CASE("TcpReceiver.LeavesAConnectionThatWasGivenUp") {
  Fixture f;
  f.Receive(0);
  f.Receive(2);
  f.Receive(6, 500);  // the new connection's second
  CHECK(f.ack.acknowledged == 500);
  CHECK(f.Sack() == Segments{6, 7});
  f.Receive(1);  // late
  CHECK(f.ack.acknowledged == 500);
  f.Receive(5, 500);
  CHECK(f.ack.acknowledged == 700);
  CHECK(f.data == Segments{100, 200});
}

}  // namespace
}  // namespace remb::sim
