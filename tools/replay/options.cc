#include "tools/replay/options.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <remb/remb.h>

#include <array>
#include <cstddef>
#include <utility>

namespace remb::replay {
namespace {

struct Name {
  const char* name;
  int32_t value;
};

constexpr std::array<Name, 3> kClocks = {{{"abs-send-time", REMB_CLOCK_ABS_SEND_TIME},
                                          {"toffset", REMB_CLOCK_TRANSMISSION_OFFSET},
                                          {"rtp-timestamp", REMB_CLOCK_RTP_TIMESTAMP}}};
constexpr std::array<Name, 2> kProfiles = {
    {{"libwebrtc", REMB_PROFILE_LIBWEBRTC}, {"adaptive", REMB_PROFILE_ADAPTIVE}}};

template <size_t size>
bool Parse(const std::array<Name, size>& names, absl::string_view text, int32_t* value,
           std::string* error) {
  *error = "known are";
  for (const Name& name : names) {
    if (text == name.name) {
      *value = name.value;
      error->clear();
      return true;
    }
    absl::StrAppend(error, " ", name.name);
  }
  return false;
}

template <size_t size>
std::string Unparse(const std::array<Name, size>& names, int32_t value) {
  for (const Name& name : names) {
    if (name.value == value) return name.name;
  }
  return absl::StrCat(value);
}

}  // namespace

bool AbslParseFlag(absl::string_view text, Clock* clock, std::string* error) {
  return Parse(kClocks, text, &clock->value, error);
}
std::string AbslUnparseFlag(const Clock& clock) { return Unparse(kClocks, clock.value); }

bool AbslParseFlag(absl::string_view text, Profile* profile, std::string* error) {
  return Parse(kProfiles, text, &profile->value, error);
}
std::string AbslUnparseFlag(const Profile& profile) { return Unparse(kProfiles, profile.value); }

bool AbslParseFlag(absl::string_view text, Ssrcs* ssrcs, std::string* error) {
  std::vector<uint32_t> values;
  for (absl::string_view word : absl::StrSplit(text, ',')) {
    uint32_t value;
    const bool hexadecimal = absl::ConsumePrefix(&word, "0x");
    if (!(hexadecimal ? absl::SimpleHexAtoi(word, &value) : absl::SimpleAtoi(word, &value))) {
      *error = "SSRCs are numbers of 32 bits, with commas between them";
      return false;
    }
    values.push_back(value);
  }
  ssrcs->values = std::move(values);
  return true;
}
std::string AbslUnparseFlag(const Ssrcs& ssrcs) { return absl::StrJoin(ssrcs.values, ","); }

bool ParseUpTo(absl::string_view text, int32_t max, int32_t* value, std::string* error) {
  int32_t number;
  if (!absl::SimpleAtoi(text, &number) || number < 0 || number > max) {
    *error = absl::StrCat("a whole number, 0 to ", max);
    return false;
  }
  *value = number;
  return true;
}

}  // namespace remb::replay
