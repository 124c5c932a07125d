// What tools/install.sh builds in C++: as check.c, by the classes.
#include <cstdio>
#include <remb/remb.hpp>

int main() {
  remb::Config config;
  config.initial_bitrate_bps = 300000;
  remb::Estimator estimator(config);
  int32_t facts = 0;
  for (int i = 0; i < 50; ++i) {
    remb::Packet packet;
    packet.ssrc = 1;
    packet.payload_bytes = 1000;
    packet.arrival_us = int64_t{10000} * i;
    packet.abs_send_time = 2621u * static_cast<uint32_t>(i);
    packet.stamps = REMB_STAMP_ABS_SEND_TIME;
    facts |= estimator.OnPacket(packet);
  }
  if (!(facts & REMB_DUE)) return 1;
  std::puts("ok");
}
