package rembprometheus

import (
	"strconv"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/libremb/libremb/go/remb"
)

// silent is the state of a peer connection whose detector sees nothing.
const silent = "silent"

var allStates = []string{
	remb.StateNormal.String(), remb.StateUnderusing.String(), remb.StateOverusing.String(), silent,
}

// modes are those of the adaptive profile.
var modes = []remb.Mode{
	remb.ModeNone, remb.ModeStart, remb.ModeGrowth, remb.ModeHold, remb.ModeBackOff, remb.ModeCompetition,
}

// timeSources are those that a stream can have.
var timeSources = []remb.TimeSource{
	remb.TimeSourceAbsSendTime, remb.TimeSourceAbsCaptureTime, remb.TimeSourceTransmissionOffset,
	remb.TimeSourceRTPTimestamp, remb.TimeSourceNone,
}

func stateOf(stats *remb.Stats) string {
	if stats.Streams == 0 {
		return silent
	}
	return stats.State.String()
}

func modeOf(stats *remb.Stats) remb.Mode {
	if stats.Streams == 0 {
		return remb.ModeNone
	}
	return stats.Mode
}

// sumDescs and peerConnectionDescs are what Describe says: newDesc appends to them.
var sumDescs, peerConnectionDescs []*prometheus.Desc

func newDesc(all *[]*prometheus.Desc, name, help string, labels ...string) *prometheus.Desc {
	desc := prometheus.NewDesc("remb_"+name, help, labels, nil)
	*all = append(*all, desc)
	return desc
}

var (
	peerConnections = newDesc(&sumDescs, "peer_connections",
		"Open peer connections, by what the over-use detector sees; silent: nothing heard for 2 s.", "state")
	byMode = newDesc(&sumDescs, "adaptive_peer_connections",
		"Open peer connections of the adaptive profile, by what moves their rate; none: nothing heard for 2 s.", "mode")
	opened = newDesc(&sumDescs, "peer_connections_opened_total",
		"Peer connections that there have ever been.")
	streamsBySource = newDesc(&sumDescs, "streams",
		"SSRCs heard within the last 2 s, by where their send times come from; none: nowhere.", "time_source")
	target = newDesc(&sumDescs, "target_bytes_per_second",
		"What senders may send at, summed up over peer connections that receive.")
	receivedPackets = newDesc(&sumDescs, "received_packets_total",
		"RTP packets that were counted.")
	receivedBytes = newDesc(&sumDescs, "received_payload_bytes_total",
		"Payload plus padding of the packets that were counted.")
	malformedPackets = newDesc(&sumDescs, "malformed_packets_total",
		"Packets that were left out since they are not valid RTP.")
	messages = newDesc(&sumDescs, "message_bytes_per_second",
		"REMB messages sent, by the rate that they said.")
	messageDecreases = newDesc(&sumDescs, "message_decreases_total",
		"REMB messages sent that said less than the one before.")
	messageWriteErrors = newDesc(&sumDescs, "message_write_errors_total",
		"REMB messages that could not be written; some are usual before DTLS is up.")
)

func newPeerConnectionDesc(name, help string) *prometheus.Desc {
	return newDesc(&peerConnectionDescs, "peer_connection_"+name, help, "peer_connection")
}

var (
	oneTarget = newPeerConnectionDesc("target_bytes_per_second",
		"What the sender may send at; 0: no estimate yet, or nothing heard for 2 s.")
	oneIncoming = newPeerConnectionDesc("incoming_bytes_per_second",
		"What is received, over the last second.")
	oneLinkCapacity = newPeerConnectionDesc("link_capacity_bytes_per_second",
		"Mean throughput when the path was overused; with the adaptive profile its train capacity.")
	oneStreams = newPeerConnectionDesc("streams",
		"SSRCs heard within the last 2 s.")
	oneRoundTrip = newPeerConnectionDesc("round_trip_seconds",
		"Round-trip time to the sender, 0.2 until it is known.")
	oneOffset = newPeerConnectionDesc("detector_offset_seconds",
		"libwebrtc profile: how fast queues on the path grow, as the over-use detector compares it with its threshold.")
	oneThreshold = newPeerConnectionDesc("detector_threshold_seconds",
		"libwebrtc profile: offset above which the detector sees over-use.")
	oneQueue = newPeerConnectionDesc("queueing_delay_seconds",
		"Adaptive profile: how long packets wait in the queue that stands.")
	oneQueueThreshold = newPeerConnectionDesc("queue_threshold_seconds",
		"Adaptive profile: queueing delay above which the rate goes down.")
	oneJitter = newPeerConnectionDesc("jitter_seconds",
		"Adaptive profile: jitter of the delay, from train to train.")
	oneTrainCapacity = newPeerConnectionDesc("train_capacity_bytes_per_second",
		"Adaptive profile: what the path carries of packets that are sent together.")
	oneCapacityShare = newPeerConnectionDesc("capacity_share_bytes_per_second",
		"Adaptive profile: what the path delivers to this receiver.")
	oneTrainShare = newPeerConnectionDesc("train_share_ratio",
		"Adaptive profile: capacity share over train capacity while there is a queue; 1 without others.")
)

// Prometheus' base unit is the byte.
func bytesPerSecond(bitrate float64) float64 { return bitrate / 8 }

func gauge(desc *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
}

func counter(desc *prometheus.Desc, value int64) prometheus.Metric {
	return prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value))
}

func collectPeerConnection(out chan<- prometheus.Metric, id string, stats *remb.Stats) {
	if !utf8.ValidString(id) {
		id = strconv.Quote(id) // and not a replacement character, or two ids might become one, which fails a scrape
	}
	incoming := stats.IncomingBitrate
	if stats.Streams == 0 {
		incoming = 0 // it is of the time of the newest packet
	}
	out <- gauge(oneTarget, bytesPerSecond(float64(stats.TargetBitrate)), id)
	out <- gauge(oneIncoming, bytesPerSecond(float64(incoming)), id)
	collectRate(out, oneLinkCapacity, stats.LinkCapacity, id)
	out <- gauge(oneStreams, float64(stats.Streams), id)
	out <- gauge(oneRoundTrip, stats.RTT.Seconds(), id)
	if stats.Profile == remb.ProfileLibwebrtc {
		out <- gauge(oneOffset, stats.ModifiedOffsetMs/1000, id)
		out <- gauge(oneThreshold, stats.ThresholdMs/1000, id)
		return
	}
	out <- gauge(oneQueue, stats.QueueingDelayMs/1000, id)
	out <- gauge(oneQueueThreshold, stats.QueueThresholdMs/1000, id)
	out <- gauge(oneJitter, stats.JitterMs/1000, id)
	collectRate(out, oneTrainCapacity, stats.TrainCapacity, id)
	collectRate(out, oneCapacityShare, stats.CapacityShare, id)
	out <- gauge(oneTrainShare, stats.TrainShare, id)
}

// collectRate leaves out a rate that is not known.
func collectRate(out chan<- prometheus.Metric, desc *prometheus.Desc, bitrate int, id string) {
	if bitrate != 0 {
		out <- gauge(desc, bytesPerSecond(float64(bitrate)), id)
	}
}

func collectTotals(out chan<- prometheus.Metric, totals *remb.Totals) {
	out <- counter(opened, totals.Estimators)
	out <- counter(receivedPackets, totals.Packets)
	out <- counter(receivedBytes, totals.Bytes)
	out <- counter(malformedPackets, totals.MalformedPackets)
	out <- counter(messageDecreases, totals.Decreases)
	out <- counter(messageWriteErrors, totals.WriteErrors)

	count, buckets := uint64(0), map[float64]uint64{}
	for i, n := range totals.REMBs.Counts {
		count += uint64(n)
		if i < len(totals.REMBs.Counts)-1 {
			buckets[bytesPerSecond(float64(remb.REMBBound(i)))] = count
		}
	}
	out <- prometheus.MustNewConstHistogram(messages, count, bytesPerSecond(totals.REMBs.Sum), buckets)
}
