/* The layout of the structs of remb.h where int is 32 and pointers are 64 bits wide. It is part of
 * the ABI: a line here never changes, structs only grow at the end. */
#include <remb/remb.h>
#include <stddef.h>

#define IS(name, condition) typedef char name[(condition) ? 1 : -1]
#define SIZE(type, bytes) IS(type##_has_##bytes##_bytes, sizeof(type) == (bytes))
#define MEMBER(type, member, offset, bytes)           \
  IS(type##_##member##_is_at_##offset##_with_##bytes, \
     offsetof(type, member) == (offset) && sizeof(((type *)0)->member) == (bytes))

SIZE(remb_config, 104);
MEMBER(remb_config, struct_size, 0, 4);
MEMBER(remb_config, profile, 4, 4);
MEMBER(remb_config, clock, 8, 4);
MEMBER(remb_config, max_streams, 12, 4);
MEMBER(remb_config, abs_send_time_id, 16, 4);
MEMBER(remb_config, transmission_offset_id, 20, 4);
MEMBER(remb_config, clock_rate_hz, 24, 4);
MEMBER(remb_config, count_audio, 28, 4);
MEMBER(remb_config, initial_bitrate_bps, 32, 8);
MEMBER(remb_config, min_bitrate_bps, 40, 8);
MEMBER(remb_config, max_bitrate_bps, 48, 8);
MEMBER(remb_config, remb_interval_us, 56, 8);
MEMBER(remb_config, abs_capture_time_id, 64, 4);
MEMBER(remb_config, known_streams_only, 68, 4); /* reserved in 0.1 */
MEMBER(remb_config, remb_start_interval_us, 72, 8);
MEMBER(remb_config, remb_start_duration_us, 80, 8);
MEMBER(remb_config, remb_min_interval_us, 88, 8);
MEMBER(remb_config, remb_fall_percent, 96, 4);
MEMBER(remb_config, remb_rise_percent, 100, 4);

SIZE(remb_stream, 28);
MEMBER(remb_stream, struct_size, 0, 4);
MEMBER(remb_stream, ssrc, 4, 4);
MEMBER(remb_stream, kind, 8, 4);
MEMBER(remb_stream, clock_rate_hz, 12, 4);
MEMBER(remb_stream, abs_send_time_id, 16, 4);
MEMBER(remb_stream, transmission_offset_id, 20, 4);
MEMBER(remb_stream, abs_capture_time_id, 24, 4);

SIZE(remb_packet, 56);
MEMBER(remb_packet, struct_size, 0, 4);
MEMBER(remb_packet, ssrc, 4, 4);
MEMBER(remb_packet, arrival_us, 8, 8);
MEMBER(remb_packet, stamps, 16, 4);
MEMBER(remb_packet, abs_send_time, 20, 4);
MEMBER(remb_packet, rtp_timestamp, 24, 4);
MEMBER(remb_packet, transmission_offset, 28, 4);
MEMBER(remb_packet, payload_bytes, 32, 4);
MEMBER(remb_packet, sequence_number, 36, 4); /* reserved in 0.1 */
MEMBER(remb_packet, abs_capture_time, 40, 8);
MEMBER(remb_packet, capture_clock_offset, 48, 8);

SIZE(remb_message, 1040);
MEMBER(remb_message, struct_size, 0, 4);
MEMBER(remb_message, sender_ssrc, 4, 4);
MEMBER(remb_message, bitrate_bps, 8, 8);
MEMBER(remb_message, ssrc_count, 16, 4);
MEMBER(remb_message, ssrcs, 20, 1020);

SIZE(remb_stats, 224);
MEMBER(remb_stats, struct_size, 0, 4);
MEMBER(remb_stats, state, 4, 4);
MEMBER(remb_stats, clock, 8, 4);
MEMBER(remb_stats, profile, 12, 4);
MEMBER(remb_stats, stream_count, 16, 4);
MEMBER(remb_stats, reserved, 20, 4);
MEMBER(remb_stats, packets, 24, 8);
MEMBER(remb_stats, bytes, 32, 8);
MEMBER(remb_stats, reports, 40, 8);
MEMBER(remb_stats, last_report_us, 48, 8);
MEMBER(remb_stats, estimate_bps, 56, 8);
MEMBER(remb_stats, incoming_bitrate_bps, 64, 8);
MEMBER(remb_stats, link_capacity_bps, 72, 8);
MEMBER(remb_stats, last_remb_us, 80, 8);
MEMBER(remb_stats, last_remb_bps, 88, 8);
MEMBER(remb_stats, groups, 96, 8);
MEMBER(remb_stats, send_delta_ms, 104, 8);
MEMBER(remb_stats, arrival_delta_ms, 112, 8);
MEMBER(remb_stats, size_delta_bytes, 120, 8);
MEMBER(remb_stats, offset_ms, 128, 8);
MEMBER(remb_stats, modified_offset_ms, 136, 8);
MEMBER(remb_stats, threshold_ms, 144, 8);
MEMBER(remb_stats, noise_variance_ms2, 152, 8);
MEMBER(remb_stats, mode, 160, 4);
MEMBER(remb_stats, reserved2, 164, 4);
MEMBER(remb_stats, trains, 168, 8);
MEMBER(remb_stats, queueing_delay_ms, 176, 8);
MEMBER(remb_stats, queue_threshold_ms, 184, 8);
MEMBER(remb_stats, jitter_ms, 192, 8);
MEMBER(remb_stats, train_capacity_bps, 200, 8);
MEMBER(remb_stats, capacity_share_bps, 208, 8);
MEMBER(remb_stats, train_share, 216, 8);

SIZE(remb_stream_stats, 64);
MEMBER(remb_stream_stats, struct_size, 0, 4);
MEMBER(remb_stream_stats, ssrc, 4, 4);
MEMBER(remb_stream_stats, kind, 8, 4);
MEMBER(remb_stream_stats, added, 12, 4);
MEMBER(remb_stream_stats, alive, 16, 4);
MEMBER(remb_stream_stats, clock, 20, 4);
MEMBER(remb_stream_stats, clock_reason, 24, 4);
MEMBER(remb_stream_stats, stamps, 28, 4);
MEMBER(remb_stream_stats, state, 32, 4);
MEMBER(remb_stream_stats, reserved, 36, 4);
MEMBER(remb_stream_stats, last_packet_us, 40, 8);
MEMBER(remb_stream_stats, packets, 48, 8);
MEMBER(remb_stream_stats, bytes, 56, 8);

IS(largest_message, REMB_MAX_MESSAGE_BYTES == 20 + 4 * REMB_MAX_SSRCS);

/* It compiled. */
int main(void) { return 0; }
