// What the languages get beyond remb.hpp: batches of columns, closing, one thread at a time.

#include "swig/binding.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

namespace remb {
namespace {

// 800 kbit/s of two SSRCs for 4 s, every column filled.
struct Traffic {
  Traffic() {
    for (int64_t i = 0; i < 400; ++i) {
      arrival_us.push_back(1'000'000 + i * 10'000);
      ssrc.push_back(i % 2 == 0 ? 7 : 8);
      payload_bytes.push_back(1000);
      abs_send_time.push_back(static_cast<uint32_t>(i * 10'000 * (1 << 18) / 1'000'000));
      rtp_timestamp.push_back(static_cast<uint32_t>(i * 900));
      transmission_offset.push_back(-5);
      sequence_number.push_back(static_cast<int32_t>(i));
      abs_capture_time.push_back(i * 10'000 * 4294);
      capture_clock_offset.push_back(3);
    }
  }

  PacketColumns Columns() const {
    return {arrival_us,           ssrc,
            payload_bytes,        abs_send_time,
            rtp_timestamp,        transmission_offset,
            sequence_number,      abs_capture_time,
            capture_clock_offset, stamps};
  }

  std::vector<int64_t> arrival_us, abs_capture_time, capture_clock_offset;
  std::vector<uint32_t> ssrc, abs_send_time, rtp_timestamp, stamps;
  std::vector<int32_t> payload_bytes, transmission_offset, sequence_number;
};

Packet At(const Traffic& traffic, size_t i) {
  return traffic.Columns().At(i, traffic.Columns().Stamps());
}

template <typename Call>
int32_t StatusOf(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.status();
  }
  return REMB_OK;
}

TEST_CASE("columns become packets, absent ones stamps that are absent") {
  Traffic traffic;
  Packet packet = At(traffic, 3);
  CHECK(packet.arrival_us == 1'030'000);
  CHECK(packet.ssrc == 8);
  CHECK(packet.payload_bytes == 1000);
  CHECK(packet.abs_send_time == 7864);
  CHECK(packet.rtp_timestamp == 2700);
  CHECK(packet.transmission_offset == -5);
  CHECK(packet.sequence_number == 3);
  CHECK(packet.abs_capture_time == 128'820'000);
  CHECK(packet.capture_clock_offset == 3);
  CHECK(packet.stamps == 63);
  traffic.transmission_offset.clear();
  traffic.abs_capture_time.clear();
  CHECK(At(traffic, 3).stamps ==
        (63 & ~(REMB_STAMP_TRANSMISSION_OFFSET | REMB_STAMP_ABS_CAPTURE_TIME)));
  traffic.stamps.assign(400, REMB_STAMP_RTP_TIMESTAMP);
  CHECK(At(traffic, 3).stamps == REMB_STAMP_RTP_TIMESTAMP);
}

TEST_CASE("a batch answers as its packets one by one") {
  const Traffic traffic;
  SharedEstimator batch, single;
  std::vector<int64_t> estimates(400);
  std::vector<int32_t> facts(400);
  const int32_t all = batch.OnPackets(traffic.Columns(), estimates, facts);
  int32_t expected = 0;
  for (size_t i = 0; i < 400; ++i) {
    const int32_t fact = single.OnPacket(At(traffic, i));
    REQUIRE(facts[i] == fact);
    REQUIRE(estimates[i] == single.Estimate());
    expected |= fact;
  }
  CHECK(all == expected);
  CHECK((all & REMB_ESTIMATE_UPDATED) != 0);
  CHECK(estimates.back() > 0);
  CHECK(batch.OnPackets(PacketColumns()) == 0);
}

TEST_CASE("a batch whose last packet is refused changes nothing") {
  // What the core says of the packet alone is what the batch must say.
  auto refuses = [](auto spoil) {
    Traffic traffic;
    spoil(traffic);
    SharedEstimator batch, single;
    const int32_t status = StatusOf([&] { single.OnPacket(At(traffic, 399)); });
    CHECK(StatusOf([&] { batch.OnPackets(traffic.Columns()); }) == status);
    CHECK(batch.Stats().packets == (status == REMB_OK ? 400 : 0));
    return status;
  };
  CHECK(refuses([](Traffic&) {}) == REMB_OK);
  CHECK(refuses([](Traffic& t) { t.arrival_us[399] = -1; }) == REMB_ERR_TIME);
  CHECK(refuses([](Traffic& t) { t.arrival_us[399] = REMB_MAX_TIME_US + 1; }) == REMB_ERR_TIME);
  CHECK(refuses([](Traffic& t) { t.arrival_us[399] = REMB_MAX_TIME_US; }) == REMB_OK);
  CHECK(refuses([](Traffic& t) { t.payload_bytes[399] = 65'536; }) == REMB_ERR_ARGUMENT);
  CHECK(refuses([](Traffic& t) { t.payload_bytes[399] = 65'535; }) == REMB_OK);
  CHECK(refuses([](Traffic& t) { t.payload_bytes[399] = -1; }) == REMB_ERR_ARGUMENT);
  CHECK(refuses([](Traffic& t) { t.sequence_number[399] = 65'536; }) == REMB_ERR_ARGUMENT);
  CHECK(refuses([](Traffic& t) { t.sequence_number[399] = 65'535; }) == REMB_OK);
  CHECK(refuses([](Traffic& t) { t.abs_send_time[399] = 1 << 24; }) == REMB_ERR_ARGUMENT);
  CHECK(refuses([](Traffic& t) { t.abs_send_time[399] = (1 << 24) - 1; }) == REMB_OK);
  CHECK(refuses([](Traffic& t) { t.transmission_offset[399] = 1 << 23; }) == REMB_ERR_ARGUMENT);
  CHECK(refuses([](Traffic& t) { t.transmission_offset[399] = -(1 << 23); }) == REMB_OK);
  CHECK(refuses([](Traffic& t) { t.abs_capture_time.clear(); }) == REMB_ERR_ARGUMENT);
  CHECK(refuses([](Traffic& t) { t.stamps.assign(400, 64); }) == REMB_ERR_ARGUMENT);
}

TEST_CASE("a batch refuses stamps without their column") {
  Traffic traffic;
  traffic.stamps.assign(400, REMB_STAMP_ABS_SEND_TIME);
  SharedEstimator estimator;
  CHECK(StatusOf([&] { estimator.OnPackets(traffic.Columns()); }) == REMB_OK);
  traffic.stamps[399] |= REMB_STAMP_SEQUENCE_NUMBER;
  CHECK(StatusOf([&] { estimator.OnPackets(traffic.Columns()); }) == REMB_OK);
  traffic.sequence_number.clear();
  CHECK(StatusOf([&] { estimator.OnPackets(traffic.Columns()); }) == REMB_ERR_ARGUMENT);
  CHECK(estimator.Stats().packets == 800);
}

TEST_CASE("a batch refuses columns of unequal length") {
  Traffic traffic;
  std::vector<int64_t> estimates(399);
  SharedEstimator estimator;
  CHECK(StatusOf([&] { estimator.OnPackets(traffic.Columns(), estimates); }) == REMB_ERR_ARGUMENT);
  traffic.sequence_number.pop_back();
  CHECK(StatusOf([&] { estimator.OnPackets(traffic.Columns()); }) == REMB_ERR_ARGUMENT);
  traffic.sequence_number.clear();
  traffic.ssrc.clear();
  CHECK(StatusOf([&] { estimator.OnPackets(traffic.Columns()); }) == REMB_ERR_ARGUMENT);
  CHECK(estimator.Stats().packets == 0);
}

TEST_CASE("after Close every call fails, and Close does not") {
  SharedEstimator estimator;
  estimator.Close();
  estimator.Close();
  const Traffic traffic;
  CHECK(StatusOf([&] { estimator.OnPacket(At(traffic, 0)); }) == REMB_ERR_NULL);
  CHECK(StatusOf([&] { estimator.OnPackets(traffic.Columns()); }) == REMB_ERR_NULL);
  CHECK(StatusOf([&] { estimator.OnPackets(PacketColumns()); }) == REMB_ERR_NULL);
  CHECK(StatusOf([&] { estimator.Estimate(); }) == REMB_ERR_NULL);
  CHECK(StatusOf([&] { estimator.NextPollUs(); }) == REMB_ERR_NULL);
  CHECK(StatusOf([&] { estimator.Stats(); }) == REMB_ERR_NULL);
  CHECK(StatusOf([&] { estimator.Reset(); }) == REMB_ERR_NULL);
}

}  // namespace
}  // namespace remb
