#include "tools/sim/recorded_encoder.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>
#include <system_error>

namespace remb::sim {
namespace {

constexpr char kHeader[] = "time_us,target_bps,bytes,key_frame";
constexpr size_t kSkipFrames = 20;  // RFC 8593, SkipFrames
constexpr double kSmallestFrame = 10;
constexpr double kLargestFrame = 1e6;

// Takes a number and, but for the last field, the comma behind it from the front of *line.
bool TakeNumber(std::string_view* line, bool last, int64_t* number) {
  const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), *number);
  if (error != std::errc()) return false;
  line->remove_prefix(static_cast<size_t>(end - line->data()));
  if (last) return line->empty();
  if (!line->starts_with(',')) return false;
  line->remove_prefix(1);
  return true;
}

// False: not a frame that may follow one at `last`.
bool ParseFrame(std::string_view line, Nanos last, RecordedFrame* frame) {
  int64_t time_us;
  int64_t key;
  if (!TakeNumber(&line, false, &time_us) || !TakeNumber(&line, false, &frame->target_bps) ||
      !TakeNumber(&line, false, &frame->bytes) || !TakeNumber(&line, true, &key)) {
    return false;
  }
  frame->time = time_us * kMicrosecond;
  frame->key_frame = key == 1;
  const bool before_targets = last < 0 && frame->target_bps == 0;
  return (key == 0 || key == 1) && (frame->target_bps > 0 || before_targets) && frame->bytes > 0 &&
         frame->time > last;
}

// Without the CR of a CR LF.
std::string_view Line(const std::string& line) {
  std::string_view text = line;
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const EncoderRecording>> ReadEncoderRecording(
    const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::string line;
  std::getline(file, line);
  if (Line(line) != kHeader) {
    return absl::InvalidArgumentError(absl::StrCat(path, ":1: the header is not ", kHeader));
  }
  auto frames = std::make_shared<EncoderRecording>();
  for (int number = 2; std::getline(file, line); ++number) {
    RecordedFrame frame;
    if (!ParseFrame(Line(line), frames->empty() ? -1 : frames->back().time, &frame)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ":", number, ": not a frame: ", line));
    }
    if (frame.target_bps == 0) continue;  // before the encoder was given one
    frames->push_back(frame);
  }
  if (frames->size() <= kSkipFrames + 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", frames->size(), " frames, needs more than ", kSkipFrames + 1));
  }
  return frames;
}

RecordedEncoder::RecordedEncoder(const StreamConfig& config)
    : frames_(config.frames), max_bps_(config.max_bps), target_(config.lag) {}

Nanos RecordedEncoder::NextInterval() {
  if (next_ == 0) return (*frames_)[1].time - (*frames_)[0].time;
  return (*frames_)[next_].time - (*frames_)[next_ - 1].time;
}

int64_t RecordedEncoder::Encode(Nanos now) {
  const auto bps = static_cast<double>(std::min(target_.At(now), max_bps_));
  const RecordedFrame& frame = (*frames_)[next_];
  if (++next_ == frames_->size()) next_ = kSkipFrames;
  if (bps == 0) return 0;
  const double scale = bps / static_cast<double>(frame.target_bps);
  return static_cast<int64_t>(
      std::clamp(static_cast<double>(frame.bytes) * scale, kSmallestFrame, kLargestFrame));
}

}  // namespace remb::sim
