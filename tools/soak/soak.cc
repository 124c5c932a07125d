#include "tools/soak/soak.h"

#include <remb/remb.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "cc/testing/estimator_view.h"
#include "cc/testing/test_malloc.h"
#include "tools/soak/probe.h"

namespace remb::soak {
namespace {

constexpr double kHourUs = 3.6e9;
constexpr int64_t kQuietUs = 30'000'000;

int64_t RssBytes() {
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Closer> statm(std::fopen("/proc/self/statm", "r"));
  long long total = 0, resident = 0;
  if (!statm || std::fscanf(statm.get(), "%lld %lld", &total, &resident) != 2) return 0;
  return resident * sysconf(_SC_PAGESIZE);
}

// From when on two series of estimates are the same, in seconds; their length if never.
double SameFrom(const Answers& a, const Answers& b) {
  size_t i = std::min(a.size(), b.size());
  while (i > 0 && a[i - 1].estimate_bps == b[i - 1].estimate_bps) --i;
  return static_cast<double>(i) / 10;
}

class Soaker {
 public:
  explicit Soaker(const SoakOptions& options)
      : options_(options), config_(testing::ConfigOf(options.profile)), life_(options.seed) {
    config_.clock = options.clock;
    reference_ = probe_.Ask(testing::Create(config_).get(), Probe::kGridUs);
    for (std::vector<double>* series :
         {&result_.to_twin, &result_.to_fresh, &result_.same_from_s}) {
      series->reserve(static_cast<size_t>(options.probes) + 1);
    }
    twin_ = testing::Create(config_);
    base_bytes_ = testing::LiveBytes();
    estimator_ = testing::Create(config_);
  }

  SoakResult Run() {
    const double interval_hours = options_.hours / options_.probes;
    for (int i = 0; i <= options_.probes; ++i) {
      const double until_us = interval_hours * i * kHourUs;
      while (static_cast<double>(life_.true_us()) < until_us) {
        life_.GoOn(estimator_.get(), twin_.get());
      }
      Ask();
      if (options_.on_progress) options_.on_progress(hours());
    }
    result_.reset_differs = ResetDiffers();
    result_.hours = hours();
    result_.events = life_.events();
    return result_;
  }

 private:
  double hours() const { return static_cast<double>(life_.true_us()) / kHourUs; }

  // Lets some quiet pass, until a probe may begin.
  int64_t NextBegin() {
    life_.Pass(kQuietUs);
    const int64_t now_us = life_.receiver_us();
    const int64_t begin_us = (now_us / Probe::kGridUs + 1) * Probe::kGridUs;
    life_.Pass(begin_us - now_us);
    return begin_us;
  }

  void Ask() {
    const int64_t begin_us = NextBegin();
    result_.fresh_differ += probe_.Ask(testing::Create(config_).get(), begin_us) != reference_;
    {
      const Answers twin = probe_.Ask(twin_.get(), begin_us);
      const Answers answers = probe_.Ask(estimator_.get(), begin_us);
      result_.twin_differs += answers != twin;
      result_.to_twin.push_back(MeanOfEnd(answers) / MeanOfEnd(twin));
      result_.to_fresh.push_back(MeanOfEnd(answers) / MeanOfEnd(reference_));
      result_.same_from_s.push_back(SameFrom(answers, reference_));
    }
    life_.Pass(Probe::kLengthUs);
    twin_ = testing::Create(config_);
    result_.last_bytes = testing::LiveBytes() - base_bytes_;
    result_.last_rss = RssBytes();
    if (result_.probes++ == 1) {
      result_.first_bytes = result_.last_bytes;
      result_.first_rss = result_.last_rss;
    }
  }

  bool ResetDiffers() {
    remb_reset(estimator_.get());
    return probe_.Ask(estimator_.get(), NextBegin()) != reference_;
  }

  SoakOptions options_;
  remb_config config_;
  testing::Handle estimator_;
  testing::Handle twin_;
  Life life_;
  Probe probe_;
  Answers reference_;       // of a fresh estimator, at the earliest time
  int64_t base_bytes_ = 0;  // what the process has without the estimator
  SoakResult result_;
};

}  // namespace

SoakResult Soak(const SoakOptions& options) { return Soaker(options).Run(); }

std::vector<std::string> Violations(const SoakResult& result, int32_t profile) {
  constexpr int64_t kRssMargin = 1 << 20;  // what the C library may keep
  std::vector<std::string> violations;
  const auto check = [&](bool holds, const char* what) {
    if (!holds) violations.push_back(what);
  };
  const auto within = [](const std::vector<double>& ratios, double margin) {
    return std::all_of(ratios.begin(), ratios.end(),
                       [margin](double ratio) { return ratio > 1 - margin && ratio < 1 + margin; });
  };
  check(result.events.refused == 0, "a packet was refused");
  check(result.last_bytes == result.first_bytes, "the estimator's memory is not flat");
  check(result.last_rss <= result.first_rss + kRssMargin, "the process's memory is not flat");
  check(result.fresh_differ == 0, "a fresh estimator does not answer as at hour 0");
  check(!result.reset_differs, "after remb_reset the answers are not those of hour 0");
  check(within(result.to_twin, 0.1), "the old estimator does not answer as a young one");
  if (profile == REMB_PROFILE_ADAPTIVE) {
    check(within(result.to_fresh, 0.01), "the old estimator does not answer as a fresh one");
  }
  return violations;
}

}  // namespace remb::soak
