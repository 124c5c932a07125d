// A TCP sender with data without end, or with files and idle times between. Segments leave as the
// window allows, without pacing; losses are repaired by selective acknowledgements (RFC 6675, see
// TcpScoreboard), else after a timeout (RFC 6298). There is no handshake: a connection begins with
// its first segments.
#ifndef TOOLS_SIM_TCP_SENDER_H_
#define TOOLS_SIM_TCP_SENDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tools/sim/congestion_control.h"
#include "tools/sim/event_queue.h"
#include "tools/sim/packet.h"
#include "tools/sim/random.h"
#include "tools/sim/rtt_estimator.h"
#include "tools/sim/scenario.h"
#include "tools/sim/tcp_scoreboard.h"
#include "tools/sim/time.h"

namespace remb::sim {

// A sink of acknowledgements.
class TcpSender : public PacketSink {
 public:
  // `config`: of a kTcp or kShortTcp flow; it, `events` and `out` outlive the sender.
  TcpSender(const FlowConfig& config, size_t flow, EventQueue* events, uint64_t seed,
            PacketSink* out);

  // Opens a connection; that of a short flow which starts idle comes later.
  void Start();
  // Nothing leaves any more, not even a retransmission. A later Start() is a new connection.
  void Stop();

  void OnPacket(const Packet& ack) override;

  // Of the connection, or of the last one.
  const CongestionControl& control() const { return *control_; }
  const RttEstimator& rtt() const { return rtt_; }
  // Since the first Start().
  int64_t timeouts() const { return timeouts_; }
  int64_t recoveries() const { return recoveries_; }  // losses that reduced the window
  int64_t connections() const { return connections_; }

 private:
  void Connect();
  void Idle();
  void Send();
  void Retransmit();
  void Transmit(Packet packet);
  void OnLoss();
  void OnTimeout();
  void RestartTimer();
  void WakeAt(Nanos time);
  void OnTimer();
  double FlightSize() const;

  const FlowConfig& config_;
  size_t flow_;
  EventQueue* events_;
  PacketSink* out_;
  Random files_;

  bool started_ = false;
  bool connected_ = false;
  int64_t end_ = 0;         // of the connection's data
  Nanos connects_at_ = -1;  // after an idle time
  std::unique_ptr<CongestionControl> control_;
  RttEstimator rtt_;
  Nanos sampled_ = 0;  // segments sent before count for no sample more: one in a round trip
  TcpScoreboard scoreboard_;

  // While recovering_: until everything sent by its start is acknowledged. What is lost of the
  // transmissions before the given one is the same congestion.
  bool recovering_ = false;
  int64_t recovery_end_ = 0;
  int64_t recovery_transmission_ = 0;

  // The timer's event stays in the queue while its deadline moves on with each acknowledgement.
  Nanos deadline_ = 0;
  Nanos wakes_at_ = -1;
  int backoffs_ = 0;

  int64_t timeouts_ = 0;
  int64_t recoveries_ = 0;
  int64_t connections_ = 0;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_TCP_SENDER_H_
