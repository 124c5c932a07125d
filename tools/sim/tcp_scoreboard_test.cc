#include "tools/sim/tcp_scoreboard.h"

#include <catch2/catch_test_macros.hpp>

namespace remb::sim {
namespace {

// A connection that has sent ten segments of 100 bytes at 0, 1, ... 9 ns.
TcpScoreboard Sent() {
  TcpScoreboard scoreboard(100);
  for (int i = 0; i < 10; ++i) scoreboard.SendNew(100, i);
  return scoreboard;
}

Packet Ack(int64_t segment, Nanos echo, int64_t next) {
  return {.kind = Packet::Kind::kTcpAck,
          .sequence = segment * 100,
          .acknowledged = next * 100,
          .echo = echo};
}

TEST_CASE("TcpScoreboard.CountsWhatIsInFlight") {
  TcpScoreboard scoreboard = Sent();
  CHECK(scoreboard.in_flight() == 10);
  CHECK(scoreboard.OnAck(Ack(1, 1, 2)) == 2);  // the first one's own was lost
  CHECK(scoreboard.outstanding() == 8);
  CHECK(scoreboard.in_flight() == 8);
  CHECK(scoreboard.OnAck(Ack(5, 5, 2)) == 0);
  CHECK(scoreboard.outstanding() == 8);
  CHECK(scoreboard.in_flight() == 7);
  CHECK(scoreboard.FindLosses() == 2);  // 3 and 4 may have been overtaken
  CHECK(scoreboard.lost() == 1);
  CHECK(scoreboard.in_flight() == 6);
  CHECK(scoreboard.FindLosses() == -1);
  const Packet packet = scoreboard.Retransmit(20);
  CHECK(packet.sequence == 200);
  CHECK(packet.bytes == 100);
  CHECK(packet.retransmission);
  CHECK(scoreboard.lost() == 0);
  CHECK(scoreboard.in_flight() == 7);
  CHECK(scoreboard.OnAck(Ack(2, 20, 3)) == 1);
  // It arrived, of the transmissions the eleventh: so nothing before the eighth will.
  CHECK(scoreboard.FindLosses() == 7);
  CHECK(scoreboard.lost() == 4);  // 3, 4, 6, 7
}

TEST_CASE("TcpScoreboard.IsNotMisledByTheFirstTransmissionsArrival") {
  TcpScoreboard scoreboard = Sent();
  scoreboard.OnAck(Ack(3, 3, 0));
  CHECK(scoreboard.FindLosses() == 0);
  scoreboard.Retransmit(20);
  scoreboard.OnAck(Ack(0, 0, 1));  // it was late only
  CHECK(scoreboard.FindLosses() == -1);
  CHECK(scoreboard.lost() == 0);
}

TEST_CASE("TcpScoreboard.TakesFromRangesWhatLostAcknowledgementsTold") {
  TcpScoreboard scoreboard = Sent();
  scoreboard.OnAck(Ack(4, 4, 0));
  Packet ack = Ack(9, 9, 0);  // those of 2, 3, 5 to 8 were lost
  ack.sack[0] = {200, 1000};
  scoreboard.OnAck(ack);
  CHECK(scoreboard.in_flight() == 2);
  CHECK(scoreboard.FindLosses() == 1);
  CHECK(scoreboard.lost() == 2);
}

TEST_CASE("TcpScoreboard.RetransmitsTheFirstHoleFirst") {
  TcpScoreboard scoreboard = Sent();
  scoreboard.LoseAll();
  CHECK(scoreboard.lost() == 10);
  CHECK(scoreboard.in_flight() == 0);
  for (int i = 0; i < 4; ++i) CHECK(scoreboard.Retransmit(20 + i).sequence == i * 100);
  scoreboard.OnAck(Ack(3, 23, 0));
  CHECK(scoreboard.FindLosses() == 10);  // the first one's retransmission
  CHECK(scoreboard.Retransmit(30).sequence == 0);
  CHECK(scoreboard.Retransmit(31).sequence == 400);
}

TEST_CASE("TcpScoreboard.BeginsAnewAfterTheLastByteSent") {
  TcpScoreboard scoreboard = Sent();
  scoreboard.Reset();
  CHECK(scoreboard.outstanding() == 0);
  CHECK(scoreboard.in_flight() == 0);
  CHECK(scoreboard.unacknowledged() == 1000);
  const Packet packet = scoreboard.SendNew(50, 20);
  CHECK(packet.sequence == 1000);
  CHECK(packet.acknowledged == 1000);
  CHECK(packet.bytes == 50);
  CHECK(scoreboard.OnAck(Ack(3, 3, 2)) == 0);  // of the connection before
  CHECK(scoreboard.FindLosses() == -1);
  CHECK(scoreboard.in_flight() == 1);
}

}  // namespace
}  // namespace remb::sim
