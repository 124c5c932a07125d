#include "tools/sim/link_reader.h"

#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <optional>
#include <string>

#include "tools/sim/mahimahi_trace.h"
#include "tools/sim/units.h"

namespace remb::sim {
namespace {

// "300 ms", a word, or a map of one.
void ReadQueue(YamlContext* context, const YAML::Node& node, QueueConfig* queue) {
  using Kind = QueueConfig::Kind;
  if (!node.IsScalar()) {
    Fields fields(context, node, "a queue");
    if (fields.Time("at_first_capacity", &queue->limit) ||
        fields.Bytes("bytes", &queue->limit_bytes)) {
      queue->kind = Kind::kDropTailBytes;
    }
    fields.Finish();
    return;
  }
  const std::string& text = node.Scalar();
  if (text == "fq-codel") {
    queue->kind = Kind::kFqCoDel;
  } else if (text == "pie") {
    queue->kind = Kind::kPie;
  } else if (const absl::StatusOr<Nanos> limit = ParseTime(text); limit.ok() && *limit > 0) {
    queue->limit = *limit;
  } else {
    context->Fail(node, absl::StrCat("'", text,
                                     "' is no queue: write its limit (300 ms), fq-codel, pie, or "
                                     "bytes or at_first_capacity in a line of its own"));
  }
}

void ReadTrace(YamlContext* context, const YAML::Node& node, const std::string& path,
               CapacityConfig* capacity) {
  capacity->kind = CapacityConfig::Kind::kMahimahi;
  absl::StatusOr<std::vector<Nanos>> trace = ReadMahimahiTrace(PathBeside(context->file(), path));
  if (trace.ok()) {
    capacity->opportunities = *std::move(trace);
  } else {
    context->Fail(node, std::string(trace.status().message()));
  }
}

// "2 Mbit/s", or a process with its parameters.
void ReadCapacity(YamlContext* context, const YAML::Node& node, CapacityConfig* capacity) {
  using Kind = CapacityConfig::Kind;
  if (node.IsScalar()) {
    const absl::StatusOr<int64_t> rate = ParseRate(node.Scalar());
    if (rate.ok()) {
      capacity->bps = *rate;
    } else {
      context->Fail(node, absl::StrCat("'capacity': ", rate.status().message()));
    }
    return;
  }
  Fields fields(context, node, "a capacity");
  std::string trace;
  std::optional<YAML::Node> walk = fields.Node("random_walk");
  std::optional<YAML::Node> uniform = fields.Node("uniform");
  if (fields.Text("mahimahi", &trace)) ReadTrace(context, fields.node(), trace, capacity);
  fields.Finish();
  if (!walk && !uniform) return;
  capacity->kind = walk ? Kind::kRandomWalk : Kind::kUniform;
  Fields process(context, walk ? *walk : *uniform,
                 walk ? "a random walk" : "a uniformly drawn capacity");
  for (const char* key : {"from", "to", walk ? "each" : "mean_interval"}) process.Require(key);
  process.Rate("from", &capacity->low_bps);
  process.Rate("to", &capacity->high_bps);
  process.Time(walk ? "each" : "mean_interval", &capacity->interval);
  capacity->bps = (capacity->low_bps + capacity->high_bps) / 2;
  if (walk) {
    process.Rate("start", &capacity->bps);
    process.Require("sigma");
    process.Number("sigma", &capacity->sigma);
  }
  process.Finish();
  if (capacity->low_bps <= 0 || capacity->low_bps >= capacity->high_bps) {
    process.Fail("'from' is above 0 and below 'to'");
  }
  if (capacity->interval <= 0) process.Fail("the time between changes is above 0");
}

// "5 %", or Gilbert and Elliott's two states.
void ReadLoss(YamlContext* context, const YAML::Node& node, LossConfig* loss) {
  if (node.IsScalar()) {
    const absl::StatusOr<double> share = ParseShare(node.Scalar());
    if (share.ok()) {
      loss->probability = *share;
    } else {
      context->Fail(node, absl::StrCat("'loss': ", share.status().message()));
    }
    return;
  }
  Fields fields(context, node, "a loss");
  for (const char* key : {"bad_loss", "good_packets", "bad_packets"}) fields.Require(key);
  fields.Share("bad_loss", &loss->bad_loss);
  fields.Number("good_packets", &loss->good_packets);
  fields.Number("bad_packets", &loss->bad_packets);
  fields.Share("good_loss", &loss->probability);
  fields.Finish();
}

void ReadWifi(YamlContext* context, const YAML::Node& node, WifiConfig* wifi) {
  wifi->on = true;
  Fields fields(context, node, "a Wi-Fi medium");
  fields.Time("busy_mean", &wifi->busy_mean);
  fields.Time("txop", &wifi->txop);
  fields.Count("max_aggregate", &wifi->max_aggregate);
  fields.Time("overhead", &wifi->overhead);
  fields.Finish();
}

void ReadBucket(YamlContext* context, const YAML::Node& node, BucketConfig* bucket) {
  Fields fields(context, node, "a token bucket");
  for (const char* key : {"kind", "rate", "burst"}) fields.Require(key);
  fields.OneOf<BucketConfig::Kind>(
      "kind", {{"shaper", BucketConfig::Kind::kShaper}, {"policer", BucketConfig::Kind::kPolicer}},
      &bucket->kind);
  fields.Rate("rate", &bucket->bps);
  fields.Bytes("burst", &bucket->burst_bytes);
  fields.Finish();
  // The largest packet must pass.
  if (bucket->bps <= 0 || bucket->burst_bytes < 1500) {
    fields.Fail("a token bucket has a rate above 0 and a burst of at least 1500 B");
  }
}

}  // namespace

LinkConfig ReadLink(YamlContext* context, const YAML::Node& node) {
  LinkConfig link;
  Fields fields(context, node, "a link");
  for (const char* key : {"name", "capacity"}) fields.Require(key);
  fields.Text("name", &link.name);
  if (const auto capacity = fields.Node("capacity")) {
    ReadCapacity(context, *capacity, &link.capacity);
    if (link.capacity.bps <= 0) fields.Fail("capacity", "a capacity is above 0");
  }
  fields.Time("delay", &link.delay);
  if (const auto queue = fields.Node("queue")) ReadQueue(context, *queue, &link.queue);
  if (const auto loss = fields.Node("loss")) ReadLoss(context, *loss, &link.loss);
  if (const auto jitter = fields.Node("jitter")) {
    Fields part(context, *jitter, "jitter");
    part.Require("sigma");
    part.Time("sigma", &link.jitter.sigma);
    part.Time("limit", &link.jitter.limit);
    part.Finish();
  }
  if (const auto reorder = fields.Node("reorder")) {
    Fields part(context, *reorder, "reordering");
    for (const char* key : {"probability", "late"}) part.Require(key);
    part.Share("probability", &link.reorder.probability);
    part.Time("late", &link.reorder.late);
    part.Finish();
  }
  if (const auto wifi = fields.Node("wifi")) ReadWifi(context, *wifi, &link.wifi);
  if (const auto bucket = fields.Node("bucket")) ReadBucket(context, *bucket, &link.bucket);
  fields.Finish();
  return link;
}

}  // namespace remb::sim
