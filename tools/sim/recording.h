// What one run leaves behind: all that figures, tables and plots are made of.
#ifndef TOOLS_SIM_RECORDING_H_
#define TOOLS_SIM_RECORDING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/sim/time.h"

namespace remb::sim {

// A value that holds from a time on.
struct Change {
  Nanos time;
  double value;
};

// Per 10 ms of a flow or link, sums of what fell into it.
struct Bin {
  int64_t sent_bytes = 0;      // entered the path (media without padding for media flows)
  int64_t received_bytes = 0;  // arrived; of TCP: new data in order
  int32_t lost_packets = 0;    // dropped anywhere on the path, by when they were
  int32_t received_packets = 0;
};
constexpr Nanos kBin = 10 * kMillisecond;

// One packet that arrived: true queueing delay, summed over its links. As float to be small.
struct Arrival {
  Nanos time;
  Nanos queued;
  int32_t bytes;
};

// What a media receiver gave its estimator, in the columns of replay's traces.
struct TraceRow {
  int64_t arrival_us;
  uint32_t abs_send_time;
  uint32_t rtp_timestamp;
  int32_t transmission_offset;
  int32_t payload_bytes;
  uint32_t ssrc;
  uint16_t sequence_number;
};

struct FlowRecording {
  std::string name;
  bool media = false;
  bool tcp = false;
  std::vector<Bin> bins;
  std::vector<Arrival> arrivals;   // media only
  std::vector<Change> fair_share;  // bit/s that are its by max-min fairness, its source's limit and
                                   // pauses counted: 0 while it is not active
  std::vector<Change> remb;        // as sent by the receiver
  std::vector<Change> remb_received;  // as the sender took it
  std::vector<Change> target;         // of the sender: the rate it paces by
  std::vector<Change> estimate;       // of the library
  std::vector<Change> state;          // of its detector: REMB_STATE_*
  std::vector<Nanos> frame_delays;    // capture to complete arrival
  std::vector<TraceRow> trace;        // where FlowConfig::trace asks for it
  int64_t sent_packets = 0;
  int64_t lost_packets = 0;  // dropped by queues
  int64_t randomly_lost_packets = 0;
  int64_t padding_bytes = 0;
  int64_t feedback_packets = 0;
  int64_t feedback_bytes = 0;
  int64_t remb_packets = 0;
};

struct LinkRecording {
  std::string name;
  std::vector<Bin> bins;         // received_bytes: left it
  std::vector<Change> capacity;  // bit/s, true
  // Each 10 ms: the delay a packet would meet at the capacity, ns. In an outage: as before it, and
  // the time since.
  std::vector<Change> queue;
};

struct Recording {
  std::string scenario;
  uint64_t seed = 0;
  Nanos length = 0;
  Nanos measure_from = 0;
  std::vector<FlowRecording> flows;
  std::vector<LinkRecording> links;
  std::vector<Nanos> events;  // times of steps: convergence is measured from each
  int64_t simulated_events = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_RECORDING_H_
