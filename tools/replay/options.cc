#include "tools/replay/options.h"

#include <absl/strings/str_cat.h>
#include <remb/remb.h>

#include <array>
#include <cstddef>

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

}  // namespace remb::replay
