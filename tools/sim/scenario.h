// A scenario as data: links, flows, and what happens when. Scenario files (scenarios/*.yaml) are
// read into this; every component is configured by its own part.
#ifndef TOOLS_SIM_SCENARIO_H_
#define TOOLS_SIM_SCENARIO_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/sim/time.h"

namespace remb::sim {

struct RecordedFrame;  // recorded_encoder.h

// When a queue drops.
struct QueueConfig {
  enum class Kind {
    kDropTailTime,   // a packet that would wait longer than `limit` at the current capacity; in an
                     // outage, at the last one; over a trace as kDropTailBytes
    kDropTailBytes,  // a packet beyond `limit_bytes`; 0: `limit` at the first capacity, or a
                     // trace's mean
    kFqCoDel,        // RFC 8290
    kPie,            // RFC 8033
  };
  Kind kind = Kind::kDropTailTime;
  Nanos limit = 300 * kMillisecond;
  int64_t limit_bytes = 0;
};

// How a link's capacity comes about.
struct CapacityConfig {
  enum class Kind {
    kConstant,    // `bps`, until a step changes it
    kRandomWalk,  // in log rate, each `interval`, between `low_bps` and `high_bps`
    kUniform,     // drawn anew each `interval` (mean; exponential), `low_bps` to `high_bps`
    kMahimahi,    // opportunities of 1500 bytes, from a trace file; loops
  };
  Kind kind = Kind::kConstant;
  int64_t bps = 1'000'000;
  int64_t low_bps = 0;
  int64_t high_bps = 0;
  Nanos interval = kSecond;
  double sigma = 0;                       // of the random walk's steps, in ln(rate)
  std::vector<Nanos> opportunities = {};  // of the trace, ascending
};

struct LossConfig {
  double probability = 0;  // independent
  // Gilbert-Elliott, where bad_loss > 0: mean lengths in packets, loss in the bad state.
  double bad_loss = 0;
  double good_packets = 0;
  double bad_packets = 0;
};

// RFC 8868 4.5.2: |truncated Gaussian|, without reordering.
struct JitterConfig {
  Nanos sigma = 0;
  Nanos limit = 0;  // 0: 3 sigma
};

// A share of packets that come late, so that others overtake them.
struct ReorderConfig {
  double probability = 0;
  Nanos late = 0;
};

// A medium that is shared with stations not simulated: frames are gathered while the medium is
// taken, and go out together (802.11 A-MPDU). The link's capacity is the medium's rate while the
// link has it: what it carries is less.
struct WifiConfig {
  bool on = false;
  Nanos busy_mean = 4 * kMillisecond;   // contention: how long others hold the medium, exponential
  Nanos txop = 4 * kMillisecond;        // the longest burst
  int max_aggregate = 32;               // packets in it
  Nanos overhead = 200 * kMicrosecond;  // of a burst: preamble, back-off, block ack
};

// A token bucket before the link: shapes (queues) or polices (drops).
struct BucketConfig {
  enum class Kind { kNone, kShaper, kPolicer };
  Kind kind = Kind::kNone;
  int64_t bps = 0;
  int64_t burst_bytes = 0;
};

struct LinkConfig {
  std::string name;
  CapacityConfig capacity;
  Nanos delay = 0;  // propagation
  QueueConfig queue;
  LossConfig loss;
  JitterConfig jitter;
  ReorderConfig reorder;
  WifiConfig wifi;
  BucketConfig bucket;
};

// One RTP stream of a sender.
struct StreamConfig {
  enum class Kind { kVideo, kAudio };
  enum class Source {
    kSynthetic,  // RFC 8593: Laplace noise in size and interval, bursts of large frames
    kRecorded,   // frame sizes and times as a real encoder had them, from a file
  };
  Kind kind = Kind::kVideo;
  Source source = Source::kSynthetic;
  int64_t min_bps = 150'000;
  int64_t max_bps = 4'000'000;
  int64_t start_bps = 300'000;
  double frames_per_second = 30;
  double size_noise = 0.15;      // Laplace scale, of the mean frame
  double interval_noise = 0.15;  // likewise
  Nanos lag = 0;                 // of the encoder: when a new target takes effect
  // RFC 8593's transient: after a change of the target by more than 10 %, this many frames begin
  // with a large one.
  int burst_frames = 0;
  int64_t burst_bytes = 0;
  std::string recording;                                     // file, for kRecorded
  std::shared_ptr<const std::vector<RecordedFrame>> frames;  // of that file: ReadEncoderRecording
};

// Which estimator the receiver has.
struct ReceiverConfig {
  enum class Kind {
    kLibrary,  // libremb with `profile`
    kKnowing,  // REMB = share * the fair share of the true capacity, `lag` late
  };
  Kind kind = Kind::kLibrary;
  int32_t profile = 0;  // REMB_PROFILE_*
  int32_t clock = 0;    // REMB_CLOCK_*
  double share = 0.9;
  Nanos lag = 0;
};

struct FlowConfig {
  enum class Kind {
    kMedia,
    kTcp,       // long-lived
    kShortTcp,  // files with idle times between
    kCross,     // constant rate, does not react
  };
  enum class Tcp { kNewReno, kCubic };

  std::string name;
  Kind kind = Kind::kMedia;
  std::vector<std::string> path;  // links forward, in order; the way back has `return_path`
  std::vector<std::string> return_path;
  Nanos delay = 50 * kMillisecond;  // one way, besides the links' own
  Nanos start = 0;
  Nanos end = -1;  // -1: with the run
  double weight = 1;

  // kMedia
  std::vector<StreamConfig> streams;
  double pacing_factor = 2.5;
  Nanos pacing_burst = 0;  // what may leave at once, in time at the pacing rate; Chromium: 40 ms
  int packet_bytes = 1200;
  int overhead_bytes = 0;   // IP, UDP and RTP headers of a packet, if links are to carry them
  bool start_phase = true;  // Chrome's: jumps to a REMB that arrives within 2.6 s
  bool padding_probes = true;
  bool rtx = false;
  double clock_ppm = 0;             // of the sender's clock, against the receiver's
  Nanos report_interval = kSecond;  // of receiver reports
  bool trace = false;               // record what the estimator is given
  ReceiverConfig receiver;

  // kTcp, kShortTcp
  Tcp tcp = Tcp::kNewReno;
  int segment_bytes = 1000;
  int64_t file_low_bytes = 30'000;
  int64_t file_high_bytes = 50'000;
  Nanos idle_mean = 10 * kSecond;
  bool starts_on = true;
  int64_t load_bps = 0;  // what fair shares take it to want; 0: endless

  // kCross
  int64_t cross_bps = 0;
  int cross_packet_bytes = 1500;
};

// What happens at a time.
struct Step {
  enum class Kind {
    kCapacity,   // of `target` link: bps
    kCrossRate,  // of `target` flow: bps
    kPause,      // of `target` flow
    kResume,
    kSourceMax,      // of `target` flow: bps, what the source makes at most
    kDelay,          // of `target` flow: one way, `time`
    kReceiverClock,  // of `target` flow: jumps by `time`
    kLoss,           // of `target` link: probability
  };
  Nanos at = 0;
  Kind kind = Kind::kCapacity;
  std::string target;
  int64_t bps = 0;
  Nanos time = 0;
  double probability = 0;
  std::string say;  // the sentence
};

struct Scenario {
  std::string name;  // of the file, and variant: "rfc8867-5.1 delay=100ms"
  std::string title;
  std::string source;                          // "RFC 8867 5.1"
  std::string about;                           // a paragraph
  std::map<std::string, std::string> variant;  // what was chosen
  std::vector<std::string> conventions;        // told with results
  Nanos length = 60 * kSecond;
  Nanos measure_from = 0;  // what is before does not count in the overall figures
  std::vector<LinkConfig> links;
  std::vector<FlowConfig> flows;
  std::vector<Step> steps;  // ascending
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_SCENARIO_H_
