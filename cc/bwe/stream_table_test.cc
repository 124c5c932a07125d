#include "cc/bwe/stream_table.h"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "cc/testing/random.h"

namespace remb::core {
namespace {

Timestamp Ms(int64_t ms) { return Timestamp::Millis(ms); }
constexpr int64_t kTimeoutMs = StreamTable::kStreamTimeout.ms();

std::vector<uint32_t> MostRecent(const StreamTable& table, int64_t now_ms, size_t places = 255) {
  std::vector<uint32_t> ssrcs(places);
  ssrcs.resize(static_cast<size_t>(table.MostRecent(Ms(now_ms), ssrcs)));
  return ssrcs;
}

Stream& AddAlive(StreamTable& table, uint32_t ssrc, int64_t now_ms) {
  Stream* stream = table.Add(ssrc, {});
  REQUIRE(stream);
  table.Touch(*stream, Ms(now_ms));
  return *stream;
}

// The table in the plain way: a map, searched through.
class Model {
 public:
  struct Entry {
    bool added = false;
    bool alive = false;
    int64_t heard_ms = 0;
    int64_t order = 0;  // of Touch
    BandwidthUsage usage = BandwidthUsage::kNormal;
  };
  using Entries = std::map<uint32_t, Entry>;

  Entries& entries() { return entries_; }
  void Touch(uint32_t ssrc, int64_t now_ms) {
    Entry& entry = entries_.at(ssrc);
    entry.alive = true;
    entry.heard_ms = now_ms;
    entry.order = ++touches_;
  }
  void Expire(uint32_t ssrc) {
    Entry& entry = entries_.at(ssrc);
    entry.alive = false;
    entry.usage = BandwidthUsage::kNormal;
    if (!entry.added) entries_.erase(ssrc);
  }
  void ExpireIdle(int64_t now_ms) {
    for (uint32_t ssrc : ByAge()) {
      if (now_ms - entries_[ssrc].heard_ms <= kTimeoutMs) break;
      Expire(ssrc);
    }
  }
  size_t Count(bool added) const {
    return static_cast<size_t>(
        std::count_if(entries_.begin(), entries_.end(),
                      [&](const auto& entry) { return entry.second.added == added; }));
  }
  // Those alive, the one silent longest first.
  std::vector<uint32_t> ByAge() {
    std::vector<uint32_t> ssrcs;
    for (const auto& [ssrc, entry] : entries_) {
      if (entry.alive) ssrcs.push_back(ssrc);
    }
    std::sort(ssrcs.begin(), ssrcs.end(),
              [&](uint32_t a, uint32_t b) { return entries_[a].order < entries_[b].order; });
    return ssrcs;
  }
  std::vector<uint32_t> MostRecent(int64_t now_ms, size_t places) {
    std::vector<uint32_t> ssrcs;
    const std::vector<uint32_t> by_age = ByAge();
    for (auto it = by_age.rbegin(); it != by_age.rend() && ssrcs.size() < places; ++it) {
      if (now_ms - entries_[*it].heard_ms > kTimeoutMs) break;
      if (*it != 0) ssrcs.push_back(*it);
    }
    std::sort(ssrcs.begin(), ssrcs.end());
    return ssrcs;
  }
  BandwidthUsage WorstUsage() const {
    auto worst = BandwidthUsage::kNormal;
    for (const auto& [ssrc, entry] : entries_) {
      if (entry.alive) worst = std::max(worst, entry.usage);
    }
    return worst;
  }

 private:
  Entries entries_;
  int64_t touches_ = 0;
};

void CheckSame(StreamTable& table, Model& model, int64_t now_ms) {
  const std::vector<uint32_t> by_age = model.ByAge();
  REQUIRE(table.alive_count() == static_cast<int>(by_age.size()));
  REQUIRE(table.WorstUsage() == model.WorstUsage());
  REQUIRE(MostRecent(table, now_ms) == model.MostRecent(now_ms, 255));
  REQUIRE(MostRecent(table, now_ms, 3) == model.MostRecent(now_ms, 3));
  const bool any_alive =
      !by_age.empty() && now_ms - model.entries()[by_age.back()].heard_ms <= kTimeoutMs;
  REQUIRE(table.AnyAliveAt(Ms(now_ms)) == any_alive);
  REQUIRE(table.CountAliveAt(Ms(now_ms)) ==
          std::count_if(by_age.begin(), by_age.end(), [&](uint32_t ssrc) {
            return now_ms - model.entries()[ssrc].heard_ms <= kTimeoutMs;
          }));
  if (!by_age.empty()) {
    REQUIRE(table.NewestExpiry() == Ms(model.entries()[by_age.back()].heard_ms + kTimeoutMs));
  }
}

TEST_CASE("StreamTable: a stream begins with no neighbours, by the index's word for none") {
  CHECK(Stream().older == SsrcIndex::kNone);
  CHECK(Stream().newer == SsrcIndex::kNone);
}

TEST_CASE("StreamTable does what the model does") {
  constexpr int kMaxStreams = 20;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    testing::Random random(seed);
    StreamTable table(kMaxStreams);
    Model model;
    // Few SSRCs, so that they come again; the first of each run in a row, as simulcast has them.
    std::vector<uint32_t> ssrcs;
    for (uint32_t i = 0; i < 100; ++i) {
      ssrcs.push_back(i < 20 ? i : static_cast<uint32_t>(random.Next()));
    }
    int64_t now_ms = 10'000;
    for (int i = 0; i < 3000; ++i) {
      const uint32_t ssrc = ssrcs[static_cast<size_t>(random.Uniform(0, 99))];
      Stream* stream = table.Find(ssrc);
      const auto entry = model.entries().find(ssrc);
      REQUIRE((stream != nullptr) == (entry != model.entries().end()));
      if (table.alive_count() > 0) REQUIRE(table.FindWithNewest(ssrc) == stream);
      if (stream) {
        REQUIRE(stream->ssrc == ssrc);
        REQUIRE(stream->added == entry->second.added);
        REQUIRE(stream->alive == entry->second.alive);
        REQUIRE(stream->usage == entry->second.usage);
      }
      switch (random.Uniform(0, 9)) {
        case 0:
          table.Remove(ssrc);
          model.entries().erase(ssrc);
          break;
        case 1:
          if (stream) {
            const auto usage = static_cast<BandwidthUsage>(random.Uniform(0, 2));
            table.SetUsage(*stream, usage);
            entry->second.usage = usage;
          }
          break;
        case 2:
          table.ExpireIdle(Ms(now_ms));
          model.ExpireIdle(now_ms);
          break;
        case 3: {
          const bool added = entry != model.entries().end() && entry->second.added;
          const bool has_place = added || model.Count(true) < kMaxStreams;
          REQUIRE((table.AddByUser(ssrc, {}) != nullptr) == has_place);
          if (has_place) model.entries()[ssrc].added = true;
          break;
        }
        default:  // a packet
          if (!stream) {
            stream = table.Add(ssrc, {});
            REQUIRE((stream == nullptr) == (model.Count(false) == kMaxStreams));
            if (!stream) break;
            model.entries()[ssrc].added = false;
          }
          table.Touch(*stream, Ms(now_ms));
          model.Touch(ssrc, now_ms);
      }
      CheckSame(table, model, now_ms);
      now_ms += random.OneIn(200) ? random.Uniform(0, 4000) : random.Uniform(0, 60);
    }
    table.ExpireAll();
    CHECK(table.alive_count() == 0);
    CHECK(table.WorstUsage() == BandwidthUsage::kNormal);
  }
}

// Whatever the hash, half full a table has runs of places in use; a gap must not part them.
TEST_CASE("StreamTable finds the others after a removal") {
  constexpr uint32_t kStreams = 4096;
  StreamTable table(kStreams);
  for (uint32_t ssrc = 0; ssrc < kStreams; ++ssrc) AddAlive(table, ssrc * 7, 0);
  CHECK_FALSE(table.Add(1, {}));
  for (uint32_t ssrc = 0; ssrc < kStreams; ssrc += 2) table.Remove(ssrc * 7);
  bool all_right = true;
  for (uint32_t ssrc = 0; ssrc < kStreams; ++ssrc) {
    all_right &= (table.Find(ssrc * 7) != nullptr) == (ssrc % 2 == 1);
  }
  CHECK(all_right);
  CHECK(table.alive_count() == kStreams / 2);
}

TEST_CASE("StreamTable: a stream lives for two seconds after its last packet") {
  StreamTable table(10);
  AddAlive(table, 5, 1000);
  table.ExpireIdle(Ms(3000));
  CHECK(table.alive_count() == 1);
  CHECK(table.AnyAliveAt(Ms(3000)));
  CHECK_FALSE(table.AnyAliveAt(Ms(3001)));
  CHECK(MostRecent(table, 3001).empty());
  table.ExpireIdle(Ms(3001));
  CHECK(table.alive_count() == 0);
  CHECK_FALSE(table.Find(5));
}

TEST_CASE("StreamTable: what the user added stays, what was only heard goes") {
  StreamTable table(10);
  AddAlive(table, 1, 0);
  REQUIRE(table.AddByUser(1, {}));
  AddAlive(table, 2, 0);
  table.ExpireAll();
  REQUIRE(table.Find(1));
  CHECK_FALSE(table.Find(1)->alive);
  CHECK_FALSE(table.Find(2));
  table.Remove(1);
  CHECK_FALSE(table.Find(1));
}

TEST_CASE("StreamTable: the most recent, in numeric order, without SSRC 0") {
  StreamTable table(10);
  for (uint32_t ssrc : {7u, 3u, 0u, 9u, 1u}) AddAlive(table, ssrc, 100 + ssrc);
  table.Touch(*table.Find(7), Ms(200));
  CHECK(MostRecent(table, 200) == std::vector<uint32_t>{1, 3, 7, 9});
  CHECK(MostRecent(table, 200, 2) == std::vector<uint32_t>{1, 7});
}

TEST_CASE("StreamTable: silent streams of the user keep no others out") {
  StreamTable table(2);
  REQUIRE(table.AddByUser(1, {}));
  REQUIRE(table.AddByUser(2, {}));
  CHECK_FALSE(table.AddByUser(3, {}));
  CHECK(table.AddByUser(2, {}));  // once more is no new one
  CHECK(table.Add(3, {}));
  CHECK(table.Add(4, {}));
  CHECK_FALSE(table.Add(5, {}));
  table.Remove(1);
  CHECK(table.AddByUser(3, {}));  // one that was heard moves over
  CHECK(table.Add(5, {}));
}

TEST_CASE("StreamTable: a new clock rate makes a new detector") {
  StreamTable table(3);
  table.ReserveDetectors();
  auto send = [&](uint32_t ms) {
    return table.Detector(*table.Find(1))
        .OnPacket(90 * ms, TimestampMs::Millis(ms), TimestampMs::Millis(ms), DataSize::Bytes(1000));
  };
  REQUIRE(table.AddByUser(1, {}));
  send(0);
  send(20);
  REQUIRE(table.AddByUser(1, {.audio = true}));  // the same clock rate
  CHECK(send(40));
  REQUIRE(table.AddByUser(1, {.clock_rate_hz = 48'000}));
  CHECK_FALSE(send(60));
}

TEST_CASE("StreamTable: a stream that comes back has a new detector") {
  StreamTable table(3);
  Stream& stream = AddAlive(table, 1, 0);
  REQUIRE(table.AddByUser(1, {}));
  table.ReserveDetectors();
  auto send = [&](uint32_t ms) {
    return table.Detector(stream).OnPacket(90 * ms, TimestampMs::Millis(ms),
                                           TimestampMs::Millis(ms), DataSize::Bytes(1000));
  };
  send(0);
  send(20);
  CHECK(send(40));
  table.SetUsage(stream, BandwidthUsage::kOverusing);
  table.ExpireAll();
  CHECK(stream.usage == BandwidthUsage::kNormal);
  CHECK_FALSE(send(60));
  CHECK_FALSE(send(80));
  CHECK(send(100));
}

TEST_CASE("StreamTable: all detectors begin anew at once") {
  StreamTable table(3);
  table.ReserveDetectors();
  table.ResetDetectors();  // there is none
  for (uint32_t ssrc : {1u, 2u}) AddAlive(table, ssrc, 0);
  auto send = [&](uint32_t ssrc, uint32_t ms) {
    return table.Detector(*table.Find(ssrc))
        .OnPacket(90 * ms, TimestampMs::Millis(ms), TimestampMs::Millis(ms), DataSize::Bytes(1000));
  };
  for (uint32_t ssrc : {1u, 2u}) {
    CHECK_FALSE(send(ssrc, 0));
    CHECK_FALSE(send(ssrc, 20));
  }
  table.ResetDetectors();
  for (uint32_t ssrc : {1u, 2u}) {
    CHECK_FALSE(send(ssrc, 40));
    CHECK_FALSE(send(ssrc, 60));
    CHECK(send(ssrc, 80));
  }
}

TEST_CASE("StreamTable: counts what streams send, until that is forgotten") {
  StreamTable table(3);
  Stream& stream = *table.Add(1, {});
  for (int i = 0; i < 3; ++i) table.OnPacket(stream, 5, DataSize::Bytes(100), Ms(0));
  CHECK(stream.stamps == 5);
  CHECK(stream.packets == 3);
  CHECK(stream.bytes == DataSize::Bytes(300));
  table.ResetCounts();
  CHECK(stream.stamps == 0);
  CHECK(stream.packets == 0);
  CHECK(stream.bytes == DataSize::Zero());
}

TEST_CASE("StreamTable: a packet's stream expires or is added as it comes") {
  StreamTable table(3);
  AddAlive(table, 1, 0);
  Stream& known = AddAlive(table, 2, 0);
  CHECK(table.ExpireAndAdd(2, Ms(kTimeoutMs + 1), &known, {}) == &known);
  CHECK_FALSE(known.alive);
  CHECK_FALSE(table.Find(1));
  Stream* added = table.ExpireAndAdd(3, Ms(kTimeoutMs + 1), nullptr, {.clock_rate_hz = 48'000});
  REQUIRE(added);
  CHECK(added == table.Find(3));
  CHECK(added->config.clock_rate_hz == 48'000);
}

TEST_CASE("StreamTable: a stream of the user's whose life is ended stays") {
  StreamTable table(3);
  Stream& stream = AddAlive(table, 1, 0);
  REQUIRE(table.AddByUser(1, {}));
  table.EndLife(stream);
  CHECK(table.alive_count() == 0);
  CHECK(table.Find(1) == &stream);
}

TEST_CASE("StreamTable: each stream has a clock of RTP timestamps of its own, for one life") {
  StreamTable table(10);
  table.ReserveSendClocks();
  const auto delay_us = [&](uint32_t ssrc, uint32_t ticks, int64_t base_us) {
    return table.SendClock(*table.Find(ssrc))
        .Delay(ticks, 90'000, Timestamp::Millis(1'000), base_us, base_us);
  };
  // The first packet lies on the line.
  for (uint32_t ssrc = 1; ssrc <= 4; ++ssrc) {
    AddAlive(table, ssrc, 0);
    CHECK(delay_us(ssrc, 9'000 * ssrc, 5'000) == 5'000);
  }
  CHECK(delay_us(1, 9'000 - 900, 5'000) == 15'000);
  table.ReserveSendClocks();  // changes nothing
  CHECK(delay_us(1, 9'000 - 1'800, 5'000) == 25'000);
  table.Remove(1);
  AddAlive(table, 5, 0);
  CHECK(delay_us(5, 1'000'000, 5'000) == 5'000);
  REQUIRE(table.AddByUser(2, {}));  // the same clock rate
  CHECK(delay_us(2, 18'000 - 900, 5'000) == 15'000);
  REQUIRE(table.AddByUser(2, {.clock_rate_hz = 48'000}));
  CHECK(delay_us(2, 1'000'000, 5'000) == 5'000);
  table.ResetSendClocks();
  CHECK(delay_us(3, 1'000'000, 5'000) == 5'000);
}

TEST_CASE("StreamTable: a stream that begins a new life may keep its place") {
  StreamTable table(3);
  AddAlive(table, 1, 0);
  AddAlive(table, 2, 0);
  Stream& kept = *table.Find(1);
  kept.packets = 7;
  SECTION("as idle ones expire") { table.ExpireIdle(Ms(kTimeoutMs + 1), &kept); }
  SECTION("as all do") { table.ExpireAll(&kept); }
  CHECK(table.alive_count() == 0);
  CHECK(MostRecent(table, 0).empty());
  CHECK_FALSE(table.Find(2));
  REQUIRE(table.Find(1) == &kept);
  table.Touch(kept, Ms(kTimeoutMs + 2));
  CHECK(kept.packets == 7);
  CHECK(MostRecent(table, kTimeoutMs + 2) == std::vector<uint32_t>{1});
}

TEST_CASE("StreamTable: each stream that was added or is alive") {
  StreamTable table(10);
  REQUIRE(table.AddByUser(5, {}));
  AddAlive(table, 0, 0);
  AddAlive(table, 9, 1000);
  const auto all = [&](int64_t now_ms) {
    std::set<uint32_t> ssrcs;
    table.ForEach(Ms(now_ms),
                  [&](const Stream& stream) { CHECK(ssrcs.insert(stream.ssrc).second); });
    return ssrcs;
  };
  CHECK(all(1000) == std::set<uint32_t>{0, 5, 9});
  CHECK(all(kTimeoutMs) == std::set<uint32_t>{0, 5, 9});
  CHECK(all(kTimeoutMs + 1) == std::set<uint32_t>{5, 9});  // also before it expires
  table.Remove(9);
  table.Remove(5);
  CHECK(all(1000) == std::set<uint32_t>{0});
}

TEST_CASE("StreamTable: a constant table finds what the other does") {
  StreamTable table(200);
  for (uint32_t ssrc = 0; ssrc < 100; ++ssrc) AddAlive(table, ssrc * ssrc, 0);
  const StreamTable& constant = table;
  for (uint32_t ssrc = 0; ssrc < 10'000; ++ssrc) {
    REQUIRE(constant.Find(ssrc) == table.Find(ssrc));
  }
}

TEST_CASE("StreamTable: capture states belong to one stream's life in the table") {
  StreamTable table(10);
  CHECK_FALSE(table.Capture(AddAlive(table, 1, 0)));
  table.ReserveCaptureStates();
  Stream& other = AddAlive(table, 2, 0);
  Stream& stream = *table.Find(1);
  REQUIRE(table.Capture(stream));
  REQUIRE(table.Capture(other) != table.Capture(stream));
  table.Capture(stream)->on_line = true;
  table.Capture(other)->on_line = true;
  table.Remove(2);
  CHECK(table.Capture(stream)->on_line);
  CHECK_FALSE(table.Capture(AddAlive(table, 3, 0))->on_line);
  REQUIRE(table.AddByUser(1, {.abs_capture_time_id = 4}));
  CHECK(table.Capture(stream)->on_line);
  REQUIRE(table.AddByUser(1, {.abs_capture_time_id = 4, .clock_rate_hz = 48'000}));
  CHECK_FALSE(table.Capture(stream)->on_line);
  table.Capture(stream)->on_line = true;
  REQUIRE(table.AddByUser(1, {.clock_rate_hz = 48'000}));
  CHECK_FALSE(table.Capture(stream)->on_line);
  table.Capture(stream)->on_line = true;
  table.ForgetTimes();
  CHECK_FALSE(table.Capture(stream)->on_line);
  CHECK(stream.last_packet == Stream::kNever);
}

TEST_CASE("StreamTable: an empty table may have room for capture states") {
  StreamTable table(10);
  table.ReserveCaptureStates();
  for (uint32_t ssrc = 1; ssrc <= 4; ++ssrc) {
    Stream& stream = AddAlive(table, ssrc, 0);
    REQUIRE(table.Capture(stream));
    CHECK(table.Capture(stream) == std::as_const(table).Capture(stream));
    table.Capture(stream)->on_line = true;
  }
}

TEST_CASE("StreamTable: among many a stream is proven by more than its first packet") {
  StreamTable table(100);
  const auto is_proven = [&](uint32_t ssrc) {
    Stream* stream = table.Find(ssrc);
    if (!stream) stream = table.Add(ssrc, {});
    ++stream->packets;
    table.Touch(*stream, Ms(0));
    return table.IsProven(*stream);
  };
  for (uint32_t ssrc = 1; ssrc <= 16; ++ssrc) {
    CHECK(table.IsCrowded() == false);
    CHECK(is_proven(ssrc));
  }
  CHECK(table.IsCrowded());
  CHECK_FALSE(is_proven(17));
  CHECK(is_proven(17));
  for (uint32_t ssrc = 18; ssrc <= 40; ++ssrc) CHECK_FALSE(is_proven(ssrc));
  CHECK(is_proven(17));  // as before, though 40 are alive
  CHECK_FALSE(is_proven(18));
  CHECK(is_proven(18));
  Stream* added = table.AddByUser(50, {});
  CHECK(table.IsProven(*added));
}

TEST_CASE("StreamTable: what is missing does not outlive a stream's life") {
  StreamTable table(10);
  Stream* stream = table.AddByUser(1, {});
  table.Touch(*stream, Ms(0));
  CHECK(stream->missing.OnPacket(100) == 0);
  CHECK(stream->missing.OnPacket(103) == 2);
  table.ExpireIdle(Ms(kTimeoutMs + 1));
  CHECK(stream->missing.OnPacket(150) == 0);
}

}  // namespace
}  // namespace remb::core
