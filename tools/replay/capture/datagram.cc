#include "tools/replay/capture/datagram.h"

#include <absl/strings/str_cat.h>
#include <arpa/inet.h>

#include <algorithm>

namespace remb::replay {

std::string ToString(const Endpoint& endpoint) {
  constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  char text[INET6_ADDRSTRLEN];
  const uint8_t* address = endpoint.address.data();
  if (std::equal(kMapped.begin(), kMapped.end(), address)) {
    inet_ntop(AF_INET, address + kMapped.size(), text, sizeof text);
    return absl::StrCat(text, ":", endpoint.port);
  }
  inet_ntop(AF_INET6, address, text, sizeof text);
  return absl::StrCat("[", text, "]:", endpoint.port);
}

}  // namespace remb::replay
