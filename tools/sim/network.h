// A scenario brought to life: links, flows and their ways through the links.
#ifndef TOOLS_SIM_NETWORK_H_
#define TOOLS_SIM_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/sim/cross_traffic.h"
#include "tools/sim/delay_line.h"
#include "tools/sim/event_queue.h"
#include "tools/sim/library.h"
#include "tools/sim/link.h"
#include "tools/sim/media_receiver.h"
#include "tools/sim/media_sender.h"
#include "tools/sim/packet.h"
#include "tools/sim/recorder.h"
#include "tools/sim/recording.h"
#include "tools/sim/scenario.h"
#include "tools/sim/tcp_receiver.h"
#include "tools/sim/tcp_sender.h"

namespace remb::sim {

// A packet crosses the links of its flow's path one after the other, and then takes the flow's
// one-way delay; what its receiver answers crosses the links of the return path, and takes the
// delay as well. A way without links has no limit and no loss.
class Network {
 public:
  // The scenario is valid: its names name what it has, as ReadScenarios sees to. It and the library
  // are used until the network's end.
  Network(const Scenario& scenario, uint64_t seed, const Library& library);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // From start to end; to be called once.
  Recording Run();

 private:
  // Where a link's packets, or an end's, come out.
  class Exit : public PacketSink {
   public:
    using Handler = void (Network::*)(size_t index, const Packet& packet);
    Exit(Network* network, size_t index, Handler handler)
        : network_(network), index_(index), handler_(handler) {}
    void OnPacket(const Packet& packet) override { (network_->*handler_)(index_, packet); }

   private:
    Network* network_;
    size_t index_;
    Handler handler_;
  };

  // One direction of a flow.
  struct Way {
    std::vector<size_t> links;
    std::unique_ptr<Exit> entry;
    std::unique_ptr<DelayLine> delay;
    std::unique_ptr<Exit> end;
  };

  struct Flow {
    const FlowConfig* config = nullptr;
    Way forward;
    Way backward;
    // What its kind has.
    std::unique_ptr<MediaSender> media_sender;
    std::unique_ptr<MediaReceiver> media_receiver;
    std::unique_ptr<TcpSender> tcp_sender;
    std::unique_ptr<TcpReceiver> tcp_receiver;
    std::unique_ptr<CrossTraffic> cross;
    int64_t cross_bps = 0;
    bool active = false;
    bool paused = false;
  };

  void BuildLink(const LinkConfig& config, uint64_t seed);
  void BuildFlow(const FlowConfig& config, uint64_t seed, const Library& library);
  void BuildWay(const std::vector<std::string>& path, size_t flow, Nanos delay, Exit::Handler entry,
                Exit::Handler end, Way* way);
  void BuildMedia(size_t index, uint64_t seed, const Library& library);
  size_t LinkIndex(const std::string& name) const;
  Flow& FlowNamed(const std::string& name);

  void OnForwardEntry(size_t flow, const Packet& packet);
  void OnBackwardEntry(size_t flow, const Packet& packet);
  void OnLinkExit(size_t link, const Packet& packet);
  void OnForwardEnd(size_t flow, const Packet& packet);
  void OnBackwardEnd(size_t flow, const Packet& packet);
  // To the way's next link, or its delay.
  void Forward(const Packet& packet);

  void Schedule();
  void StartFlow(size_t index);
  void StopFlow(size_t index);
  void Apply(const Step& step);
  static void ApplyToFlow(const Step& step, Flow& flow);
  void SampleQueues();

  // Anew once all that happens at this time has.
  void FairSharesChange();
  void UpdateFairShares();

  const Scenario& scenario_;
  EventQueue events_;
  Recorder recorder_;
  std::vector<std::unique_ptr<Exit>> link_exits_;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<Flow> flows_;
  bool fair_shares_due_ = false;
};

}  // namespace remb::sim

#endif  // TOOLS_SIM_NETWORK_H_
