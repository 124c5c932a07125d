#include "tools/report/cc/report.h"

#include <absl/strings/str_cat.h>

#include <array>
#include <cmath>
#include <cstddef>

#include "tools/report/cc/json.h"
#include "tools/report/cc/page.h"

namespace remb::report {
namespace {

constexpr std::array kColors = {"estimate", "incoming", "sent",      "remb", "capacity",
                                "delay",    "signal",   "threshold", "loss", "muted"};
constexpr std::array kKinds = {"line", "step", "points"};
constexpr std::array kStates = {"normal", "underusing", "overusing"};

absl::Status Check(const Chart& chart) {
  for (const Series& series : chart.series) {
    std::string place =
        absl::StrCat("report: chart '", chart.title, "', series '", series.label, "': ");
    if (series.x.size() != series.y.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, series.x.size(), " times for ", series.y.size(), " values"));
    }
    for (size_t i = 0; i < series.x.size(); ++i) {
      if (std::isfinite(series.x[i]) && (i == 0 || series.x[i] >= series.x[i - 1])) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(place, "time ", i, " is ", series.x[i], ", which is not ascending"));
    }
  }
  for (const Band& band : chart.bands) {
    if (std::isfinite(band.from) && std::isfinite(band.to) && band.from <= band.to) continue;
    return absl::InvalidArgumentError(absl::StrCat("report: chart '", chart.title,
                                                   "': a band from ", band.from, " to ", band.to));
  }
  return absl::OkStatus();
}

// Writes {"name":value,...}, one member after the other, and an object's end when it goes.
class Object {
 public:
  explicit Object(std::ostream& out) : out_(out) { out_ << '{'; }
  ~Object() { out_ << '}'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  // Writes the name; the caller writes the value.
  std::ostream& Name(const char* name) {
    out_ << (first_ ? "\"" : ",\"") << name << "\":";
    first_ = false;
    return out_;
  }

  template <typename Value>
  void Add(const char* name, const Value& value) {
    WriteJson(Name(name), value);
  }

 private:
  std::ostream& out_;
  bool first_ = true;
};

void Write(std::ostream& out, const Fact& fact) {
  Object object(out);
  object.Add("label", fact.label);
  object.Add("value", fact.value);
  if (!fact.unit.empty()) object.Add("unit", fact.unit);
  if (!fact.note.empty()) object.Add("note", fact.note);
}

void Write(std::ostream& out, const Series& series) {
  Object object(out);
  object.Add("label", series.label);
  object.Add("color", kColors.at(static_cast<size_t>(series.color)));
  object.Add("kind", kKinds.at(static_cast<size_t>(series.kind)));
  object.Add("x", series.x);
  object.Add("y", series.y);
}

void Write(std::ostream& out, const Band& band) {
  Object object(out);
  object.Add("from", band.from);
  object.Add("to", band.to);
  object.Add("state", kStates.at(static_cast<size_t>(band.state)));
}

void Write(std::ostream& out, const Chart& chart);

template <typename Item>
void WriteList(std::ostream& out, const std::vector<Item>& items) {
  out << '[';
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out << ",\n";
    Write(out, items[i]);
  }
  out << ']';
}

void Write(std::ostream& out, const Chart& chart) {
  Object object(out);
  object.Add("title", chart.title);
  if (!chart.note.empty()) object.Add("note", chart.note);
  object.Add("unit", chart.unit);
  object.Name("height") << chart.height;
  if (chart.linear > 0) object.Add("linear", chart.linear);
  WriteList(object.Name("series"), chart.series);
  WriteList(object.Name("bands"), chart.bands);
}

}  // namespace

absl::Status Write(const Report& report, std::ostream& out) {
  for (const Chart& chart : report.charts) {
    if (absl::Status status = Check(chart); !status.ok()) return status;
  }
  out << kPageBeforeData;
  {
    Object object(out);
    object.Add("title", report.title);
    object.Add("subtitle", report.subtitle);
    WriteList(object.Name("summary"), report.summary);
    WriteList(object.Name("charts"), report.charts);
  }
  out << kPageAfterData;
  out.flush();
  return out ? absl::OkStatus() : absl::DataLossError("report: writing failed");
}

}  // namespace remb::report
