#include "tools/sim/opportunities.h"

#include <catch2/catch_test_macros.hpp>
#include <sstream>

#include "tools/sim/link.h"
#include "tools/sim/mahimahi_trace.h"
#include "tools/sim/test_network.h"

namespace remb::sim {
namespace {

using test::Collector;
using test::ConstantLink;

LinkConfig TraceLink(const std::string& text) {
  LinkConfig config = ConstantLink(1);
  std::istringstream in(text);
  config.capacity.kind = CapacityConfig::Kind::kMahimahi;
  config.capacity.opportunities = *ReadMahimahiTrace(in, "trace");
  config.queue = {.kind = QueueConfig::Kind::kDropTailBytes, .limit_bytes = 1'000'000'000};
  return config;
}

std::string ErrorOf(const std::string& text) {
  std::istringstream in(text);
  return std::string(ReadMahimahiTrace(in, "file").status().message());
}

TEST_CASE("Opportunities.CountsBytesExactlyThroughRepetitions") {
  for (const int32_t bytes : {100, 700, 1500, 4000}) {
    EventQueue events;
    Collector out(&events);
    Link link(TraceLink("0\n3\n3\n10\n"), &events, 1, &out);  // 4 in 10 ms, the first again at 10
    for (int i = 0; i < 100'000; ++i) link.OnPacket({.bytes = bytes});
    events.RunUntil(1005 * kMillisecond);
    const int64_t opportunities = 100 * 4 + 3;
    CHECK(out.bytes == opportunities * 1500 / bytes * bytes);
  }
}

TEST_CASE("Opportunities.WaitsEndWithTheFirstByte") {
  EventQueue events;
  Collector out(&events);
  Link link(TraceLink("5\n20\n21\n"), &events, 1, &out);
  link.OnPacket({.bytes = 1000});
  CHECK(link.QueueDelay() == 5 * kMillisecond);  // the other 500 bytes of the first opportunity
  link.OnPacket({.bytes = 1000});
  CHECK(link.QueueDelay() == 20 * kMillisecond);
  link.OnPacket({.bytes = 1500});
  events.RunUntil(kSecond);
  CHECK(out.times == std::vector<Nanos>{5 * kMillisecond, 20 * kMillisecond, 21 * kMillisecond});
  CHECK(out.packets[0].queued == 5 * kMillisecond);
  CHECK(out.packets[1].queued == 5 * kMillisecond);
  CHECK(out.packets[2].queued == 20 * kMillisecond);
}

TEST_CASE("Opportunities.WhatIsNotUsedIsLost") {
  EventQueue events;
  Collector out(&events);
  Link link(TraceLink("1\n2\n3\n100\n"), &events, 1, &out);
  events.RunUntil(50 * kMillisecond);
  link.OnPacket({.bytes = 1500});
  link.OnPacket({.bytes = 1500});
  events.RunUntil(kSecond);
  CHECK(out.times == std::vector<Nanos>{100 * kMillisecond, 101 * kMillisecond});
}

TEST_CASE("Opportunities.CapacityIsTheMeanOfEachHalfSecond") {
  EventQueue events;
  Collector out(&events);
  Link link(TraceLink("100\n200\n300\n600\n1000\n"), &events, 1, &out);
  std::vector<int64_t> capacities = {link.capacity_bps()};
  link.set_on_capacity([&](int64_t bps) { capacities.push_back(bps); });
  events.RunUntil(1500 * kMillisecond);
  // The one at 1000 ms belongs to the window that starts there.
  CHECK(capacities == std::vector<int64_t>{72'000, 24'000, 96'000, 24'000});
}

TEST_CASE("MahimahiTrace.Reads") {
  std::istringstream in("# a comment\n\n0\n 7 \r\n7\n12");
  CHECK(*ReadMahimahiTrace(in, "file") ==
        std::vector<Nanos>{0, 7 * kMillisecond, 7 * kMillisecond, 12 * kMillisecond});
}

TEST_CASE("MahimahiTrace.SaysWhatIsWrongAndWhere") {
  CHECK(ErrorOf("1\n2\nx3\n") == "file:3: \"x3\" is not a whole number of milliseconds");
  CHECK(ErrorOf("1\n\n2.5\n") == "file:3: \"2.5\" is not a whole number of milliseconds");
  CHECK(ErrorOf("5\n4\n") == "file:2: 4 ms is before the line above, 5 ms");
  CHECK(ErrorOf("-1\n") == "file:1: -1 ms is not between 0 and 2592000000");
  CHECK(ErrorOf("# nothing\n") == "file:1: no opportunity to send");
  CHECK(ErrorOf("0\n0\n") == "file:2: the last time is 0 ms: it is the trace's length");
  CHECK(ReadMahimahiTrace("/does/not/exist").status().message() ==
        "/does/not/exist: No such file or directory");
}

// Nothing in the first 0.6 s, then 1.2 Mbit/s: 50 opportunities in 1 s, 0.6 Mbit/s.
std::string LateTrace() {
  std::string text;
  for (int ms = 608; ms <= 1000; ms += 8) text += std::to_string(ms) + "\n";
  return text;
}

TEST_CASE("Opportunities.QueuesHaveTheSizeOfTheMeanRate") {
  for (const auto kind : {QueueConfig::Kind::kDropTailTime, QueueConfig::Kind::kDropTailBytes,
                          QueueConfig::Kind::kPie}) {
    EventQueue events;
    Collector out(&events);
    LinkConfig config = TraceLink(LateTrace());
    config.queue = {.kind = kind, .limit = 400 * kMillisecond};
    Link link(config, &events, 1, &out);
    int dropped = 0;
    link.set_on_drop([&](const Packet&, bool) { ++dropped; });
    // 400 ms are 30 000 bytes, behind the one that is next; PIE lets a first burst pass.
    for (int i = 0; i < 31; ++i) link.OnPacket({.bytes = 1000});
    CHECK(dropped == 0);
    for (int i = 0; i < 10; ++i) link.OnPacket({.bytes = 1000});
    CHECK(dropped == 10);
    events.RunUntil(kSecond);
    CHECK(out.packets.size() == 31);
  }
}

TEST_CASE("Opportunities.ABucketMakesTheQueueSmaller") {
  EventQueue events;
  Collector out(&events);
  LinkConfig config = TraceLink(LateTrace());
  config.queue.kind = QueueConfig::Kind::kDropTailTime;
  config.queue.limit_bytes = 0;
  config.queue.limit = 400 * kMillisecond;
  config.bucket = {.kind = BucketConfig::Kind::kShaper, .bps = 300'000, .burst_bytes = 3'000};
  Link link(config, &events, 1, &out);
  int dropped = 0;
  link.set_on_drop([&](const Packet&, bool) { ++dropped; });
  for (int i = 0; i < 20; ++i) link.OnPacket({.bytes = 1000});  // 15 behind the one that is next
  CHECK(dropped == 4);
}

}  // namespace
}  // namespace remb::sim
