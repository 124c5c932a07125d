/* What tools/install.sh builds in C: half a second of packets must give a REMB. */
#include <remb/remb.h>
#include <stdio.h>

int main(void) {
  remb_config config;
  remb_estimator *estimator;
  int32_t facts = 0;
  if (remb_config_init(&config, sizeof config) < 0) return 1;
  config.initial_bitrate_bps = 300000;
  if (remb_create(&config, &estimator) < 0) return 1;
  for (int i = 0; i < 50; ++i) {
    remb_packet packet = {.struct_size = sizeof packet, .ssrc = 1, .payload_bytes = 1000};
    packet.arrival_us = INT64_C(10000) * i;
    packet.abs_send_time = UINT32_C(2621) * (uint32_t)i;
    packet.stamps = REMB_STAMP_ABS_SEND_TIME;
    facts |= remb_on_packet(estimator, &packet);
  }
  remb_destroy(estimator);
  if (facts < 0 || !(facts & REMB_DUE)) return 1;
  puts("ok");
  return 0;
}
