#include "tools/sim/flow_reader.h"

#include <absl/strings/str_cat.h>
#include <remb/remb.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "tools/sim/media_sender.h"
#include "tools/sim/recorded_encoder.h"

namespace remb::sim {
namespace {

StreamConfig ReadVideo(YamlContext* context, const YAML::Node& node) {
  StreamConfig stream;
  Fields fields(context, node, "a video stream");
  fields.Rate("min", &stream.min_bps);
  fields.Rate("max", &stream.max_bps);
  fields.Rate("start", &stream.start_bps);
  fields.Number("fps", &stream.frames_per_second);
  if (const auto noise = fields.Node("noise")) {
    Fields part(context, *noise, "noise");
    part.Share("size", &stream.size_noise);
    part.Share("interval", &stream.interval_noise);
    part.Finish();
  }
  fields.Time("lag", &stream.lag);
  if (const auto burst = fields.Node("burst")) {
    Fields part(context, *burst, "a burst of frames");
    for (const char* key : {"frames", "first"}) part.Require(key);
    part.Count("frames", &stream.burst_frames);
    part.Bytes("first", &stream.burst_bytes);
    part.Finish();
  }
  if (fields.Text("recording", &stream.recording)) {
    stream.source = StreamConfig::Source::kRecorded;
    stream.recording = PathBeside(context->file(), stream.recording);
    auto frames = ReadEncoderRecording(stream.recording);
    if (frames.ok()) {
      stream.frames = *std::move(frames);
    } else {
      fields.Fail("recording", std::string(frames.status().message()));
    }
  }
  fields.Finish();
  if (stream.min_bps <= 0 || stream.min_bps > stream.max_bps) {
    fields.Fail("'min' is above 0 and no more than 'max'");
  }
  return stream;
}

StreamConfig Audio() {
  StreamConfig stream;
  stream.kind = StreamConfig::Kind::kAudio;
  stream.min_bps = stream.max_bps = stream.start_bps = MediaSender::kAudioBps;
  return stream;
}

// A word, or a video stream's parameters.
StreamConfig ReadStream(YamlContext* context, const YAML::Node& node) {
  if (node.IsScalar() && node.Scalar() == "audio") return Audio();
  if (node.IsScalar() && node.Scalar() == "video") return {};
  if (!node.IsMap()) context->Fail(node, "a stream is 'audio', 'video' or 'video: {...}'");
  Fields fields(context, node, "a stream");
  fields.Require("video");
  const auto video = fields.Node("video");
  fields.Finish();
  return video ? ReadVideo(context, *video) : StreamConfig();
}

void ReadReceiver(YamlContext* context, const YAML::Node& node, ReceiverConfig* receiver) {
  using Kind = ReceiverConfig::Kind;
  Fields fields(context, node, "a receiver");
  fields.OneOf<Kind>("kind", {{"library", Kind::kLibrary}, {"knowing", Kind::kKnowing}},
                     &receiver->kind);
  fields.OneOf<int32_t>("profile",
                        {{"default", REMB_PROFILE_DEFAULT},
                         {"adaptive", REMB_PROFILE_ADAPTIVE},
                         {"libwebrtc", REMB_PROFILE_LIBWEBRTC}},
                        &receiver->profile);
  fields.OneOf<int32_t>("clock",
                        {{"auto", REMB_CLOCK_AUTO},
                         {"abs-send-time", REMB_CLOCK_ABS_SEND_TIME},
                         {"toffset", REMB_CLOCK_TRANSMISSION_OFFSET},
                         {"rtp-timestamp", REMB_CLOCK_RTP_TIMESTAMP}},
                        &receiver->clock);
  fields.Share("share", &receiver->share);
  fields.Time("lag", &receiver->lag);
  fields.Finish();
}

void ReadMedia(Fields* fields, FlowConfig* flow) {
  YamlContext* context = fields->context();
  for (const YAML::Node& stream : fields->List("streams")) {
    flow->streams.push_back(ReadStream(context, stream));
  }
  if (flow->streams.empty()) flow->streams.emplace_back();
  fields->Number("pacing", &flow->pacing_factor);
  fields->Time("pacing_burst", &flow->pacing_burst);
  fields->Count("packet_bytes", &flow->packet_bytes);
  fields->Count("overhead_bytes", &flow->overhead_bytes);
  fields->Bool("start_phase", &flow->start_phase);
  fields->Bool("padding_probes", &flow->padding_probes);
  fields->Bool("rtx", &flow->rtx);
  fields->Ppm("clock_drift", &flow->clock_ppm);
  fields->Time("report_interval", &flow->report_interval);
  if (const auto receiver = fields->Node("receiver")) {
    ReadReceiver(context, *receiver, &flow->receiver);
  }
}

void ReadTcp(Fields* fields, FlowConfig* flow) {
  fields->OneOf<FlowConfig::Tcp>(
      "congestion_control",
      {{"new-reno", FlowConfig::Tcp::kNewReno}, {"cubic", FlowConfig::Tcp::kCubic}}, &flow->tcp);
  fields->Count("segment_bytes", &flow->segment_bytes);
  if (flow->kind == FlowConfig::Kind::kTcp) return;
  if (const auto files = fields->Node("files")) {
    Fields sizes(fields->context(), *files, "file sizes");
    for (const char* key : {"from", "to"}) sizes.Require(key);
    sizes.Bytes("from", &flow->file_low_bytes);
    sizes.Bytes("to", &flow->file_high_bytes);
    sizes.Finish();
    if (flow->file_low_bytes <= 0 || flow->file_low_bytes > flow->file_high_bytes) {
      sizes.Fail("'from' is above 0 and no more than 'to'");
    }
  }
  fields->Time("idle_mean", &flow->idle_mean);
  fields->Bool("starts_on", &flow->starts_on);
  fields->Rate("load", &flow->load_bps);
}

}  // namespace

std::vector<FlowConfig> ReadFlows(YamlContext* context, const YAML::Node& node) {
  using Kind = FlowConfig::Kind;
  FlowConfig flow;
  int count = 1;
  Fields fields(context, node, "a flow");
  for (const char* key : {"name", "path"}) fields.Require(key);
  fields.Text("name", &flow.name);
  fields.OneOf<Kind>("kind",
                     {{"media", Kind::kMedia},
                      {"tcp", Kind::kTcp},
                      {"short-tcp", Kind::kShortTcp},
                      {"cross", Kind::kCross}},
                     &flow.kind);
  const bool many = fields.Count("count", &count);
  fields.Texts("path", &flow.path);
  fields.Texts("return_path", &flow.return_path);
  fields.Time("delay", &flow.delay);
  fields.Time("start", &flow.start);
  const bool ends = fields.Time("end", &flow.end);
  fields.Number("weight", &flow.weight);
  switch (flow.kind) {
    case Kind::kMedia:
      ReadMedia(&fields, &flow);
      break;
    case Kind::kTcp:
    case Kind::kShortTcp:
      ReadTcp(&fields, &flow);
      break;
    case Kind::kCross:
      fields.Require("rate");
      fields.Rate("rate", &flow.cross_bps);
      fields.Count("packet_bytes", &flow.cross_packet_bytes);
      break;
  }
  fields.Finish();
  if (flow.path.empty()) fields.Fail("path", "a path has at least one link");
  if (ends && flow.end <= flow.start) fields.Fail("end", "a flow ends after its start");
  if (!many) return {flow};
  std::vector<FlowConfig> flows(static_cast<size_t>(count), flow);
  for (size_t i = 0; i < flows.size(); ++i) flows[i].name = absl::StrCat(flow.name, "-", i + 1);
  return flows;
}

}  // namespace remb::sim
