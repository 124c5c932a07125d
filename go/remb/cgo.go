//go:build cgo

package remb

/*
// The library keeps no pointer and calls nobody back. Knowing that, Go passes what lies on its stack, and saves some
// work.
#cgo noescape remb_config_init
#cgo nocallback remb_config_init
#cgo noescape remb_create
#cgo nocallback remb_create
#cgo noescape remb_add_stream
#cgo nocallback remb_add_stream
#cgo nocallback remb_remove_stream
#cgo noescape remb_on_packets
#cgo nocallback remb_on_packets
#cgo noescape remb_poll
#cgo nocallback remb_poll
#cgo nocallback remb_sent
#cgo nocallback remb_next_poll_us
#cgo nocallback remb_estimate
#cgo noescape remb_ssrcs
#cgo nocallback remb_ssrcs
#cgo noescape remb_get_stats
#cgo nocallback remb_get_stats
#cgo noescape remb_streams
#cgo nocallback remb_streams
#cgo noescape remb_get_stream_stats
#cgo nocallback remb_get_stream_stats

#include <remb/remb.h>

// An estimator that comes as a number is not looked at by Go for each packet, to see whether it is Go's own memory.
// After a function that returns nothing cgo need not look where Go's stack lies by then, and where nothing is on that stack
// the two promises above save nothing and cost time themselves.
static void on_rtp_packet(uintptr_t estimator, int64_t now_us, const uint8_t *data, int32_t size, int32_t *facts) {
  *facts = remb_on_rtp_packet((remb_estimator *)estimator, now_us, data, size);
}
*/
import "C"

import (
	"math"
	"sync"
	"unsafe"
)

// core is a C estimator. This file is the only one that calls C: it turns Go's types into C's and no more. Times are
// those of the C library, microseconds. Nothing here locks; after destroy nothing may be called.
type core struct {
	handle *C.remb_estimator
	facts  C.int32_t // of onRTPPacket
}

// builtVersion is the version of the header that the program was compiled with.
const builtVersion = C.REMB_VERSION_MAJOR<<16 | C.REMB_VERSION_MINOR<<8 | C.REMB_VERSION_PATCH

// loadedVersion returns the version of the library that runs.
func loadedVersion() int32 { return int32(C.remb_version()) }

func statusString(status Status) string { return C.GoString(C.remb_status_string(C.int32_t(status))) }

func reasonString(reason TimeSourceReason) string {
	return C.GoString(C.remb_reason_string(C.int32_t(reason)))
}

// checkLibrary says whether the library can be used at all. It looks once.
var checkLibrary = sync.OnceValue(func() error { return compatible(builtVersion, loadedVersion()) })

func newCore(o *options) (core, error) {
	if !fitsInt32(o.maxStreams, o.defaults.ClockRate, o.defaults.AbsSendTimeID, o.defaults.TransmissionOffsetID,
		o.defaults.AbsCaptureTimeID, o.schedule.fallPercent, o.schedule.risePercent) {
		return core{}, statusError(C.REMB_ERR_ARGUMENT)
	}
	var config C.remb_config
	C.remb_config_init(&config, C.uint32_t(unsafe.Sizeof(config)))
	config.profile = C.int32_t(o.profile)
	config.clock = C.int32_t(o.timeSource)
	config.max_streams = C.int32_t(o.maxStreams)
	config.abs_send_time_id = C.int32_t(o.defaults.AbsSendTimeID)
	config.transmission_offset_id = C.int32_t(o.defaults.TransmissionOffsetID)
	config.abs_capture_time_id = C.int32_t(o.defaults.AbsCaptureTimeID)
	config.clock_rate_hz = C.int32_t(o.defaults.ClockRate)
	if o.audio {
		config.count_audio = 1
	}
	if o.knownOnly {
		config.known_streams_only = 1
	}
	config.initial_bitrate_bps = C.int64_t(o.initialBitrate)
	config.min_bitrate_bps = C.int64_t(o.minBitrate)
	config.max_bitrate_bps = C.int64_t(o.maxBitrate)
	config.remb_interval_us = C.int64_t(o.schedule.interval)
	config.remb_start_interval_us = C.int64_t(o.schedule.startInterval)
	config.remb_start_duration_us = C.int64_t(o.schedule.startDuration)
	config.remb_min_interval_us = C.int64_t(o.schedule.minInterval)
	config.remb_fall_percent = C.int32_t(o.schedule.fallPercent)
	config.remb_rise_percent = C.int32_t(o.schedule.risePercent)
	var c core
	return c, statusError(int32(C.remb_create(&config, &c.handle)))
}

// estimator is what each call of C is given.
func (c core) estimator() *C.remb_estimator {
	collect()
	return c.handle
}

func (c core) destroy() { C.remb_destroy(c.estimator()) }

func (c core) reset() error { return statusError(int32(C.remb_reset(c.estimator()))) }

func (c core) addStream(s StreamConfig) error {
	if !fitsInt32(s.ClockRate, s.AbsSendTimeID, s.TransmissionOffsetID, s.AbsCaptureTimeID) {
		return statusError(C.REMB_ERR_ARGUMENT)
	}
	stream := C.remb_stream{
		struct_size:            C.sizeof_remb_stream,
		ssrc:                   C.uint32_t(s.SSRC),
		kind:                   C.int32_t(s.Kind),
		clock_rate_hz:          C.int32_t(s.ClockRate),
		abs_send_time_id:       C.int32_t(s.AbsSendTimeID),
		transmission_offset_id: C.int32_t(s.TransmissionOffsetID),
		abs_capture_time_id:    C.int32_t(s.AbsCaptureTimeID),
	}
	return statusError(int32(C.remb_add_stream(c.estimator(), &stream)))
}

func (c core) removeStream(ssrc uint32) error {
	return statusError(int32(C.remb_remove_stream(c.estimator(), C.uint32_t(ssrc))))
}

// onRTPPacket returns facts, or a negative status. It is what runs for each packet.
func (c *core) onRTPPacket(now int64, packet []byte) int32 {
	C.on_rtp_packet(C.uintptr_t(uintptr(unsafe.Pointer(c.estimator()))), C.int64_t(now),
		(*C.uint8_t)(unsafe.SliceData(packet)), C.int32_t(len(packet)), &c.facts)
	return int32(c.facts)
}

// packetBuffer holds packets on their way to C, and is used again.
type packetBuffer struct {
	packets []C.remb_packet
}

func (b *packetBuffer) clear() { b.packets = b.packets[:0] }

func (b *packetBuffer) add(p *Packet, arrival int64) bool {
	if !fitsInt32(p.PayloadSize) {
		return false
	}
	b.packets = append(b.packets, C.remb_packet{
		struct_size:          C.sizeof_remb_packet,
		ssrc:                 C.uint32_t(p.SSRC),
		arrival_us:           C.int64_t(arrival),
		stamps:               C.uint32_t(p.Stamps),
		abs_send_time:        C.uint32_t(p.AbsSendTime),
		rtp_timestamp:        C.uint32_t(p.RTPTimestamp),
		transmission_offset:  C.int32_t(p.TransmissionOffset),
		payload_bytes:        C.int32_t(p.PayloadSize),
		sequence_number:      C.int32_t(p.SequenceNumber),
		abs_capture_time:     C.int64_t(p.AbsCaptureTime),
		capture_clock_offset: C.int64_t(p.CaptureClockOffset),
	})
	return true
}

func (c core) onPackets(b *packetBuffer) int32 {
	return int32(C.remb_on_packets(c.estimator(), unsafe.SliceData(b.packets), C.int32_t(len(b.packets))))
}

func (c core) setRTT(micros int64) error {
	return statusError(int32(C.remb_set_rtt(c.estimator(), C.int64_t(micros))))
}

func (c core) setMaxBitrate(bitrate int) int32 {
	return int32(C.remb_set_max_bitrate(c.estimator(), C.int64_t(bitrate)))
}

func (c core) setMinBitrate(bitrate int) int32 {
	return int32(C.remb_set_min_bitrate(c.estimator(), C.int64_t(bitrate)))
}

// poll returns facts or a negative status; remb is filled in if a REMB is due.
func (c core) poll(now int64, remb *REMB) int32 {
	var message C.remb_message
	message.struct_size = C.sizeof_remb_message
	facts := int32(C.remb_poll(c.estimator(), C.int64_t(now), &message))
	if facts > 0 && Facts(facts).Has(REMBDue) {
		remb.Bitrate = toInt(message.bitrate_bps)
		remb.SSRCs = make([]uint32, message.ssrc_count)
		for i := range remb.SSRCs {
			remb.SSRCs[i] = uint32(message.ssrcs[i])
		}
	}
	return facts
}

func (c core) sent(now int64, bitrate int) error {
	return statusError(int32(C.remb_sent(c.estimator(), C.int64_t(now), C.int64_t(bitrate))))
}

// nextPoll returns a time, or math.MaxInt64 for never.
func (c core) nextPoll() int64 { return int64(C.remb_next_poll_us(c.estimator())) }

func (c core) estimate() int { return toInt(C.remb_estimate(c.estimator())) }

func (c core) ssrcs() []uint32 {
	var ssrcs [C.REMB_MAX_SSRCS]C.uint32_t
	n := max(int32(C.remb_ssrcs(c.estimator(), &ssrcs[0], C.REMB_MAX_SSRCS)), 0)
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(ssrcs[i])
	}
	return out
}

// stats fills in what C knows; when makes a time of C's microseconds.
func (c core) stats(s *Stats, when *timeline) {
	var in C.remb_stats
	in.struct_size = C.sizeof_remb_stats
	if C.remb_get_stats(c.estimator(), &in) != C.REMB_OK {
		return
	}
	s.State = State(in.state)
	s.TimeSource = TimeSource(in.clock)
	s.Profile = Profile(in.profile)
	s.Streams = int(in.stream_count)
	s.Packets = int64(in.packets)
	s.Bytes = int64(in.bytes)
	s.TargetBitrate = c.estimate()
	s.Estimate = toInt(in.estimate_bps)
	s.IncomingBitrate = toInt(in.incoming_bitrate_bps)
	s.LinkCapacity = toInt(in.link_capacity_bps)
	s.Reports = int64(in.reports)
	s.LastReport = when.time(int64(in.last_report_us))
	s.LastREMB = when.time(int64(in.last_remb_us))
	s.LastREMBBitrate = toInt(in.last_remb_bps)
	s.PacketGroups = int64(in.groups)
	s.SendDeltaMs = float64(in.send_delta_ms)
	s.ArrivalDeltaMs = float64(in.arrival_delta_ms)
	s.SizeDeltaBytes = float64(in.size_delta_bytes)
	s.OffsetMs = float64(in.offset_ms)
	s.ModifiedOffsetMs = float64(in.modified_offset_ms)
	s.ThresholdMs = float64(in.threshold_ms)
	s.NoiseVarianceMs2 = float64(in.noise_variance_ms2)
	s.Mode = Mode(in.mode)
	s.Trains = int64(in.trains)
	s.QueueingDelayMs = float64(in.queueing_delay_ms)
	s.QueueThresholdMs = float64(in.queue_threshold_ms)
	s.JitterMs = float64(in.jitter_ms)
	s.TrainCapacity = toInt(in.train_capacity_bps)
	s.CapacityShare = toInt(in.capacity_share_bps)
	s.TrainShare = float64(in.train_share)
}

// streamStats returns them in the order of their SSRCs.
func (c core) streamStats(when *timeline) []StreamStats {
	ssrcs := make([]C.uint32_t, max(C.remb_streams(c.estimator(), nil, 0), 0))
	ssrcs = ssrcs[:max(C.remb_streams(c.estimator(), unsafe.SliceData(ssrcs), C.int32_t(len(ssrcs))), 0)]
	all := make([]StreamStats, 0, len(ssrcs))
	for _, ssrc := range ssrcs {
		var in C.remb_stream_stats
		in.struct_size = C.sizeof_remb_stream_stats
		if C.remb_get_stream_stats(c.estimator(), ssrc, &in) != C.REMB_OK {
			continue
		}
		all = append(all, StreamStats{
			SSRC:       uint32(in.ssrc),
			Kind:       Kind(in.kind),
			Added:      in.added != 0,
			Alive:      in.alive != 0,
			TimeSource: TimeSource(in.clock),
			Reason:     TimeSourceReason(in.clock_reason),
			State:      State(in.state),
			Packets:    int64(in.packets),
			Bytes:      int64(in.bytes),
			LastPacket: when.time(int64(in.last_packet_us)),
			Stamps:     Stamps(in.stamps),
		})
	}
	return all
}

// toInt is for rates, which on a 32-bit machine may not fit.
func toInt(v C.int64_t) int { return int(min(int64(v), math.MaxInt)) }

func fitsInt32(values ...int) bool {
	for _, v := range values {
		if int(int32(v)) != v {
			return false
		}
	}
	return true
}
