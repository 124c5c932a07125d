#include "tools/replay/csv_outputs.h"

namespace remb::replay {

ReportCsv::ReportCsv(std::ostream& out, int32_t clock)
    : detector_(clock == REMB_CLOCK_ABS_SEND_TIME),
      csv_(out, detector_ ? "arrival_us,estimate_bps,ssrc_count,detector_state,offset_ms,"
                            "noise_variance_ms2,threshold_ms"
                          : "time_us,estimate_bps,ssrc_count") {}

void ReportCsv::OnReport(const remb_stats& stats) {
  csv_.Integer(stats.last_report_us).Integer(stats.estimate_bps).Integer(stats.stream_count);
  if (detector_) {
    csv_.Integer(stats.state);
    if (stats.profile == REMB_PROFILE_LIBWEBRTC) {
      csv_.Real(stats.offset_ms).Real(stats.noise_variance_ms2).Real(stats.threshold_ms);
    } else {
      csv_.Empty().Empty().Empty();
    }
  }
  csv_.EndRow();
}

SignalCsv::SignalCsv(std::ostream& out, int32_t profile)
    : adaptive_(profile == REMB_PROFILE_ADAPTIVE),
      csv_(out, adaptive_ ? "arrival_us,ssrc,mode,queueing_delay_ms,queue_threshold_ms,jitter_ms,"
                            "train_capacity_bps,capacity_share_bps,train_share,"
                            "incoming_bitrate_bps,estimate_bps"
                          : "arrival_us,ssrc,send_delta_ms,arrival_delta_ms,size_delta_bytes,"
                            "offset_ms,modified_offset_ms,threshold_ms,state,incoming_bitrate_bps,"
                            "link_capacity_bps,estimate_bps,noise_variance_ms2") {}

void SignalCsv::OnGroup(const remb_packet& packet, const remb_stats& stats) {
  csv_.Integer(packet.arrival_us).Integer(packet.ssrc);
  if (adaptive_) {
    csv_.Integer(stats.mode)
        .Real(stats.queueing_delay_ms)
        .Real(stats.queue_threshold_ms)
        .Real(stats.jitter_ms)
        .Integer(stats.train_capacity_bps)
        .Integer(stats.capacity_share_bps)
        .Real(stats.train_share)
        .Integer(stats.incoming_bitrate_bps)
        .Integer(stats.estimate_bps)
        .EndRow();
    return;
  }
  csv_.Real(stats.send_delta_ms)
      .Real(stats.arrival_delta_ms)
      .Real(stats.size_delta_bytes)
      .Real(stats.offset_ms)
      .Real(stats.modified_offset_ms)
      .Real(stats.threshold_ms)
      .Integer(stats.state)
      .Integer(stats.incoming_bitrate_bps)
      .Integer(stats.link_capacity_bps)
      .Integer(stats.estimate_bps)
      .Real(stats.noise_variance_ms2)
      .EndRow();
}

TraceCsv::TraceCsv(std::ostream& out, bool sequence_numbers)
    : sequence_numbers_(sequence_numbers),
      csv_(out, sequence_numbers ? "arrival_us,abs_send_time,rtp_timestamp,transmission_offset,"
                                   "payload_bytes,ssrc,sequence_number"
                                 : "arrival_us,abs_send_time,rtp_timestamp,transmission_offset,"
                                   "payload_bytes,ssrc") {}

void TraceCsv::OnPacket(const remb_packet& packet) {
  csv_.Integer(packet.arrival_us);
  if (packet.stamps & REMB_STAMP_ABS_SEND_TIME) {
    csv_.Integer(packet.abs_send_time);
  } else {
    csv_.Empty();
  }
  csv_.Integer(packet.rtp_timestamp)
      .Integer(packet.transmission_offset)
      .Integer(packet.payload_bytes)
      .Integer(packet.ssrc);
  if (sequence_numbers_) csv_.Integer(packet.sequence_number);
  csv_.EndRow();
}

}  // namespace remb::replay
