// replay: what the estimator makes of a packet trace.

#include <absl/flags/flag.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_format.h>
#include <remb/remb.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/replay/command_line.h"
#include "tools/replay/csv_outputs.h"
#include "tools/replay/html_report.h"
#include "tools/replay/options.h"
#include "tools/replay/output_file.h"
#include "tools/replay/packet_file.h"
#include "tools/replay/packet_reader.h"
#include "tools/replay/progress.h"
#include "tools/replay/replayer.h"
#include "tools/report/cc/report.h"

using remb::replay::Clock;
using remb::replay::Profile;
using remb::replay::Ssrcs;
using remb::replay::UpTo;

ABSL_FLAG(Clock, clock, {REMB_CLOCK_ABS_SEND_TIME}, "where send times come from");
ABSL_FLAG(Profile, profile, {REMB_PROFILE_LIBWEBRTC}, "which arithmetic");
ABSL_FLAG(std::string, signals, "", "a CSV file for the inner signals");
ABSL_FLAG(std::string, html, "", "an HTML file for plots");
ABSL_FLAG(std::string, trace, "", "a CSV file for the packets");
ABSL_FLAG(UpTo<65535>, port, {}, "of a capture: the UDP port that packets go to");
ABSL_FLAG(Ssrcs, ssrc, {}, "of a capture: SSRCs");
ABSL_FLAG(UpTo<255>, abs_send_time, {}, "of a capture: the extension's id");
ABSL_FLAG(UpTo<255>, transmission_offset, {}, "of a capture: the extension's id");
ABSL_FLAG(UpTo<1'000'000>, clock_rate, {}, "of a capture: the RTP clock's, in Hz");
ABSL_FLAG(UpTo<16>, srtp_auth_tag, {}, "of a capture: bytes");
ABSL_FLAG(bool, verbose, false, "say how long it took");
ABSL_FLAG(bool, help, false, "print the manual");

namespace remb::replay {
namespace {

constexpr char kHelp[] = R"(replay: what the estimator makes of a packet trace.

  replay [--clock=CLOCK] [--profile=PROFILE] [--signals=OUT.csv] [--html=OUT.html]
         [--trace=OUT.csv] [how to read a capture] FILE

FILE ("-": standard input) is a trace, CSV of one row per packet as received:
  arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,ssrc[,sequence_number]
or a capture: pcap, pcapng or rtpdump. Writes one CSV row to standard output for each report of the
estimator:
  arrival_us,estimate_bps,ssrc_count,detector_state,offset_ms,noise_variance_ms2,threshold_ms
or, with a clock that has a detector for each SSRC:
  time_us,estimate_bps,ssrc_count
detector_state is 0 normal, 1 under-using, 2 over-using.

  --clock=CLOCK      where send times come from, for all packets:
                       abs-send-time   the header extension of that name (default)
                       toffset         RTP timestamp + transmission time offset
                       rtp-timestamp   RTP timestamp alone
  --profile=PROFILE  which arithmetic:
                       libwebrtc       answers as libwebrtc does (default)
                       adaptive        libremb's own: reports are changed estimates, and columns
                                       that do not apply are empty
  --signals=OUT.csv  also write one row per packet group (adaptive: train) with every inner signal
  --html=OUT.html    also write plots of rates, delay and detector states: one page, for any browser
  --trace=OUT.csv    also write the packets as a trace
  --verbose          say on standard error how long it took
  --help             print this

Of a capture, replay takes the RTP packets that go from one address and port to another, by default
the flow with the most bytes, and says on standard error what it chose. To choose otherwise:

  --port=PORT               the UDP port that they go to
  --ssrc=SSRC[,SSRC...]     only these, decimal or 0x and hexadecimal
  --abs-send-time=ID        the extension's id, 1 to 255, as in the SDP's a=extmap
  --transmission-offset=ID  likewise
  --clock-rate=HZ           the RTP clock of all SSRCs, as in the SDP's a=rtpmap
  --srtp-auth-tag=BYTES     what SRTP adds to each packet, not to be counted: 10, or 16 for AES-GCM;
                            default 0

Exit code: 0; 2 for a bad command line, a bad file (the message says FILE:LINE:COLUMN, or FILE and
the number of a packet) or one that cannot be written; 1 if the estimator failed.

Examples:
  replay testdata/reference/rfc51.trace.csv
  replay --clock=toffset testdata/reference/jitter.trace.csv > reports.csv
  replay --html=rfc51.html --signals=rfc51.signals.csv testdata/reference/rfc51.trace.csv | tail -1
  gzip -dc long.trace.csv.gz | replay -
  replay --srtp-auth-tag=10 --html=call.html call.pcapng
  tcpdump -r long.pcap -w - 'udp dst port 5004' | replay --trace=call.trace.csv -
)";

// Passes on to several listeners.
class Fanout : public Listener {
 public:
  void Add(Listener* listener) { listeners_.push_back(listener); }

  void OnReport(const remb_stats& stats) override {
    for (Listener* listener : listeners_) listener->OnReport(stats);
  }
  void OnGroup(const remb_packet& packet, const remb_stats& stats) override {
    for (Listener* listener : listeners_) listener->OnGroup(packet, stats);
  }
  void OnRemb(int64_t time_us, int64_t bitrate_bps) override {
    for (Listener* listener : listeners_) listener->OnRemb(time_us, bitrate_bps);
  }

 private:
  std::vector<Listener*> listeners_;
};

CaptureOptions OptionsFromFlags() {
  CaptureOptions options;
  options.find.port = static_cast<uint16_t>(absl::GetFlag(FLAGS_port).value);
  options.find.ssrcs = absl::GetFlag(FLAGS_ssrc).values;
  options.abs_send_time_id = static_cast<uint8_t>(absl::GetFlag(FLAGS_abs_send_time).value);
  options.transmission_offset_id =
      static_cast<uint8_t>(absl::GetFlag(FLAGS_transmission_offset).value);
  options.clock_rate_hz = absl::GetFlag(FLAGS_clock_rate).value;
  options.srtp_auth_tag_bytes = absl::GetFlag(FLAGS_srtp_auth_tag).value;
  options.clock = absl::GetFlag(FLAGS_clock).value;
  return options;
}

// A CSV file that may not be asked for.
class TraceFile {
 public:
  absl::Status Open(const std::string& path) {
    return path.empty() ? absl::OkStatus() : (open_ = true, file_.Open(path));
  }
  void OnPacket(const remb_packet& packet) {
    if (!open_) return;
    if (!csv_) csv_.emplace(file_.stream(), packet.stamps & REMB_STAMP_SEQUENCE_NUMBER);
    csv_->OnPacket(packet);
  }
  absl::Status Commit() {
    if (!open_) return absl::OkStatus();
    if (csv_) csv_->Flush();
    return file_.Commit();
  }

 private:
  bool open_ = false;
  OutputFile file_;
  std::optional<TraceCsv> csv_;
};

absl::Status ReplayAll(PacketReader* reader, Replayer* replayer, TraceFile* trace_file,
                       TraceSummary* trace) {
  constexpr int64_t kPacketsPerUpdate = 1 << 15;
  Progress progress(reader->size());
  remb_packet packet;
  for (;;) {
    absl::StatusOr<bool> more = reader->Next(&packet);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    if (trace->packets == 0) trace->first_us = trace->last_us = packet.arrival_us;
    trace->last_us = std::max(trace->last_us, packet.arrival_us);
    trace->bytes += packet.payload_bytes;
    ++trace->packets;
    trace_file->OnPacket(packet);
    if (absl::Status status = replayer->OnPacket(packet); !status.ok()) return status;
    if (trace->packets % kPacketsPerUpdate == 0) progress.Update(reader->bytes_read());
  }
}

absl::Status Run(const std::string& path) {
  const auto start = std::chrono::steady_clock::now();
  const Clock clock = absl::GetFlag(FLAGS_clock);
  const Profile profile = absl::GetFlag(FLAGS_profile);
  const std::string signals_path = absl::GetFlag(FLAGS_signals);
  const std::string html_path = absl::GetFlag(FLAGS_html);

  absl::StatusOr<std::unique_ptr<PacketReader>> reader = OpenPackets(path, OptionsFromFlags());
  if (!reader.ok()) return reader.status();
  for (const std::string& note : (*reader)->Notes()) std::cerr << "replay: " << note << '\n';

  Fanout listener;
  ReportCsv reports(std::cout, clock.value);
  listener.Add(&reports);
  OutputFile signals_file;
  std::optional<SignalCsv> signals;
  if (!signals_path.empty()) {
    if (absl::Status status = signals_file.Open(signals_path); !status.ok()) return status;
    listener.Add(&signals.emplace(signals_file.stream(), profile.value));
  }
  OutputFile html_file;
  HtmlReport html(clock.value, profile.value);
  if (!html_path.empty()) {
    if (absl::Status status = html_file.Open(html_path); !status.ok()) return status;
    listener.Add(&html);
  }

  TraceFile trace_file;
  if (absl::Status status = trace_file.Open(absl::GetFlag(FLAGS_trace)); !status.ok()) {
    return status;
  }

  const bool groups = !signals_path.empty() || !html_path.empty();
  absl::StatusOr<Replayer> replayer =
      Replayer::Create({profile.value, clock.value, groups}, &listener);
  if (!replayer.ok()) return replayer.status();
  TraceSummary trace;
  trace.name = path == "-" ? "Trace" : std::filesystem::path(path).filename().string();
  trace.clock = AbslUnparseFlag(clock);
  trace.profile = AbslUnparseFlag(profile);
  absl::Status replayed = ReplayAll(reader->get(), &*replayer, &trace_file, &trace);
  reports.Flush();
  if (!replayed.ok()) return replayed;
  if (!std::cout) return absl::InvalidArgumentError("cannot write standard output");

  if (absl::Status status = trace_file.Commit(); !status.ok()) return status;
  if (signals) {
    signals->Flush();
    if (absl::Status status = signals_file.Commit(); !status.ok()) return status;
  }
  if (!html_path.empty()) {
    absl::Status status = report::Write(html.Build(trace), html_file.stream());
    if (status.ok()) status = html_file.Commit();
    if (!status.ok()) return status;
  }
  if (absl::GetFlag(FLAGS_verbose)) {
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    absl::FPrintF(stderr, "replay: %d packets in %.3f s, %.0f packets/s\n", trace.packets,
                  took.count(), static_cast<double>(trace.packets) / took.count());
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  GoToCallersFolder();
  absl::StatusOr<std::vector<std::string>> args = ParseCommandLine(argc, argv);
  absl::Status status = args.status();
  if (status.ok() && absl::GetFlag(FLAGS_help)) {
    std::cout << kHelp;
    return 0;
  }
  if (status.ok() && args->size() != 1) {
    status = absl::InvalidArgumentError(args->empty() ? "which FILE? (see --help)"
                                                      : "one FILE at a time (see --help)");
  }
  if (status.ok()) status = Run(args->front());
  if (status.ok()) return 0;
  std::cerr << "replay: " << status.message() << '\n';
  return absl::IsInternal(status) ? 1 : 2;
}

}  // namespace
}  // namespace remb::replay

int main(int argc, char** argv) { return remb::replay::Main(argc, argv); }
