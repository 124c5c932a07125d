#include "tools/soak/report.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>

#include <algorithm>

namespace remb::soak {
namespace {

const char* ProfileName(int32_t profile) {
  return profile == REMB_PROFILE_LIBWEBRTC ? "libwebrtc" : "adaptive";
}
const char* ClockName(int32_t clock) {
  return clock == REMB_CLOCK_ABS_SEND_TIME ? "abs-send-time" : "rtp-timestamp";
}

struct Range {
  double least;
  double most;
};
Range RangeOf(const std::vector<double>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return {*least, *most};
}

std::string ViolationLines(const std::vector<std::string>& violations) {
  std::string lines;
  for (const std::string& violation : violations) absl::StrAppend(&lines, "  ", violation, "\n");
  return lines;
}
// Ours have no characters to escape.
std::string Quoted(const std::vector<std::string>& texts) {
  return absl::StrCat("[",
                      absl::StrJoin(texts, ", ",
                                    [](std::string* out, const std::string& text) {
                                      absl::StrAppend(out, "\"", text, "\"");
                                    }),
                      "]");
}
std::string Numbers(const std::vector<double>& values) {
  return absl::StrCat("[", absl::StrJoin(values, ", "), "]");
}

}  // namespace

std::string Table(const std::vector<SoakRun>& runs) {
  std::string table =
      absl::StrFormat("%-10s%-15s%7s%10s%7s%5s%6s%8s%7s%7s%13s%7s%7s  %-13s%s\n", "profile",
                      "clock", "hours", "packets", "send", "RTP", "seq.", "SSRCs", "pauses",
                      "clock", "state", "RSS", "fresh", "to a twin", "to a fresh one");
  absl::StrAppend(
      &table, absl::StrFormat("%-10s%-15s%7s%10s%7s%5s%6s%8s%7s%7s%13s%7s%7s\n", "", "", "", "M",
                              "wraps", "", "", "", "", "set", "bytes", "kB", "differ"));
  for (const SoakRun& run : runs) {
    const SoakResult& r = run.result;
    const Events& e = r.events;
    const Range twin = RangeOf(r.to_twin);
    const Range fresh = RangeOf(r.to_fresh);
    absl::StrAppend(
        &table,
        absl::StrFormat(
            "%-10s%-15s%7.0f%10.1f%7d%5d%6d%8d%7d%7d%13s%+7d%7s  %.3f-%.3f  %.3f-%.3f\n",
            ProfileName(run.profile), ClockName(run.clock), r.hours,
            static_cast<double>(e.packets) / 1e6, e.send_time_wraps, e.rtp_wraps, e.sequence_wraps,
            e.ssrcs, e.pauses, e.jumps_back + e.jumps_forward,
            absl::StrCat(r.first_bytes, " > ", r.last_bytes), (r.last_rss - r.first_rss) / 1024,
            absl::StrCat(r.fresh_differ, "/", r.probes), twin.least, twin.most, fresh.least,
            fresh.most),
        ViolationLines(run.violations));
  }
  return table;
}

std::string Table(const std::vector<FloodRun>& runs) {
  std::string table =
      absl::StrFormat("%-10s%-12s%-22s%8s%8s%9s%6s%9s%7s%8s%6s%9s%9s%7s\n", "profile", "others",
                      "flood", "ns", "mean ns", "known ns", "cost", "state kB", "alive", "listed",
                      "dead", "call", "estimate", "after");
  for (const FloodRun& run : runs) {
    const FloodResult& r = run.result;
    absl::StrAppend(
        &table,
        absl::StrFormat(
            "%-10s%-12s%-22s%8.1f%8.1f%9.1f%6.2f%9.1f%7d%8d%6d%9s%9.3f%7.3f\n",
            ProfileName(run.options.profile), run.options.known_streams_only ? "left out" : "count",
            run.flood, r.median_ns, r.mean_ns, run.known_ns, r.median_ns / run.known_ns,
            static_cast<double>(r.bytes) / 1e3, r.max_alive, r.max_listed, r.rembs_with_dead,
            absl::StrCat(r.rembs_with_call, "/", r.rembs), run.estimate, run.estimate_after),
        ViolationLines(run.violations));
  }
  return table;
}

std::string Json(const std::vector<SoakRun>& soaks, const std::vector<FloodRun>& floods) {
  std::vector<std::string> soak_objects;
  for (const SoakRun& run : soaks) {
    const SoakResult& r = run.result;
    const Events& e = r.events;
    soak_objects.push_back(absl::StrFormat(
        R"({"profile": "%s", "clock": "%s", "hours": %.3f, "packets": %d, "send_time_wraps": %d, )"
        R"("rtp_wraps": %d, "sequence_wraps": %d, "ssrcs": %d, "pauses": %d, "jumps_back": %d, )"
        R"("jumps_forward": %d, "first_bytes": %d, "last_bytes": %d, "first_rss": %d, )"
        R"("last_rss": %d, "probes": %d, "fresh_differ": %d, "reset_differs": %s, )"
        R"("twin_differs": %d, "to_twin": %s, "to_fresh": %s, "same_from_s": %s, )"
        R"("violations": %s})",
        ProfileName(run.profile), ClockName(run.clock), r.hours, e.packets, e.send_time_wraps,
        e.rtp_wraps, e.sequence_wraps, e.ssrcs, e.pauses, e.jumps_back, e.jumps_forward,
        r.first_bytes, r.last_bytes, r.first_rss, r.last_rss, r.probes, r.fresh_differ,
        r.reset_differs ? "true" : "false", r.twin_differs, Numbers(r.to_twin), Numbers(r.to_fresh),
        Numbers(r.same_from_s), Quoted(run.violations)));
  }
  std::vector<std::string> flood_objects;
  for (const FloodRun& run : floods) {
    const FloodResult& r = run.result;
    flood_objects.push_back(absl::StrFormat(
        R"({"profile": "%s", "known_streams_only": %s, "flood": "%s", "packets": %d, )"
        R"("malformed": %d, "median_ns": %.1f, "mean_ns": %.1f, "known_ns": %.1f, "bytes": %d, )"
        R"("max_alive": %d, "max_listed": %d, "rembs": %d, "rembs_with_call": %d, )"
        R"("rembs_with_dead": %d, "estimate": %.4f, "estimate_after": %.4f, "violations": %s})",
        ProfileName(run.options.profile), run.options.known_streams_only ? "true" : "false",
        run.flood, r.packets, r.malformed, r.median_ns, r.mean_ns, run.known_ns, r.bytes,
        r.max_alive, r.max_listed, r.rembs, r.rembs_with_call, r.rembs_with_dead, run.estimate,
        run.estimate_after, Quoted(run.violations)));
  }
  return absl::StrCat("{\"soaks\": [", absl::StrJoin(soak_objects, ",\n"), "],\n\"floods\": [",
                      absl::StrJoin(flood_objects, ",\n"), "]}\n");
}

}  // namespace remb::soak
