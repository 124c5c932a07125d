// Package rembprometheus shows Prometheus what the estimators of package remb know:
//
//	prometheus.MustRegister(rembprometheus.NewCollector(factory))
//
// factory being the one that rembwebrtc.ConfigureREMB returned. A dashboard for Grafana lies beside the package:
// grafana-dashboard.json.
//
// # Metrics
//
// All are summed up over peer connections, so that their number does not depend on how many there are. By Prometheus'
// rules rates are in bytes per second.
//
//	remb_peer_connections{state}            gauge: open; state of the detector, or silent if nothing was heard for 2 s
//	remb_adaptive_peer_connections{mode}    gauge: open, of the adaptive profile, by what moves the rate; none: silent
//	remb_peer_connections_opened_total
//	remb_streams{time_source}               gauge: SSRCs heard within the last 2 s; none: they have no send times
//	remb_target_bytes_per_second            gauge: sum of what senders may send at
//	remb_received_packets_total
//	remb_received_payload_bytes_total       payload plus padding
//	remb_malformed_packets_total
//	remb_message_bytes_per_second           histogram: the rate of each REMB sent
//	remb_message_decreases_total            REMBs that said less than the one before
//	remb_message_write_errors_total         some are usual before DTLS is up
//
// Counters include what closed peer connections have counted, and last through Estimator.Reset: they never fall.
//
// [WithPeerConnections] adds series for each peer connection.
//
// # Cost
//
// Nothing happens between scrapes. A scrape takes about 1.5 µs for each open peer connection of one stream, and with
// [WithPeerConnections] about 10 µs (go test -bench Scrape). There is no lock that all of them share: a packet that
// arrives meanwhile waits for its own peer connection alone, 0.3 µs, or 15 µs if that has a hundred streams.
package rembprometheus

import (
	"iter"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/libremb/libremb/go/remb"
)

// Source is where a [Collector] finds estimators: a [remb.BWEInterceptorFactory] or a [Set].
type Source interface {
	// Estimators goes through those that are open, each by a name that no other has.
	Estimators() iter.Seq2[string, *remb.Estimator]
	// Totals adds up what all have counted, those that are closed included.
	Totals() remb.Totals
}

var _ Source = (*remb.BWEInterceptorFactory)(nil)

// Collector is a prometheus.Collector. It has no state of its own: any number of scrapes, at a time or one after the
// other, see the same.
type Collector struct {
	source          Source
	peerConnections bool
}

var _ prometheus.Collector = (*Collector)(nil)

// Option sets something of a [Collector].
type Option func(*Collector)

// WithPeerConnections adds gauges for each open peer connection, with its PeerConnection.ID as the label
// peer_connection, or its name in a [Set], which is quoted as by strconv.Quote if it is not valid UTF-8:
//
//	remb_peer_connection_target_bytes_per_second
//	remb_peer_connection_incoming_bytes_per_second
//	remb_peer_connection_link_capacity_bytes_per_second   once known
//	remb_peer_connection_streams
//	remb_peer_connection_round_trip_seconds               0.2 until it is known
//
// with the adaptive profile
//
//	remb_peer_connection_queueing_delay_seconds           the rate goes down when it is above the threshold
//	remb_peer_connection_queue_threshold_seconds
//	remb_peer_connection_jitter_seconds
//	remb_peer_connection_train_capacity_bytes_per_second  once known
//	remb_peer_connection_capacity_share_bytes_per_second  once known
//	remb_peer_connection_train_share_ratio                of these two, while there is a queue; 1 without others
//
// and with the libwebrtc profile
//
//	remb_peer_connection_detector_offset_seconds          over-use is an offset above the threshold
//	remb_peer_connection_detector_threshold_seconds
//
// Prometheus keeps series for as long as it keeps anything, also of peer connections that are long gone: use it where
// they are few or stay long.
func WithPeerConnections() Option { return func(c *Collector) { c.peerConnections = true } }

// NewCollector makes a collector to register. It panics if source is nil; an option that is nil is none. For a second
// collector in the same registry give both a label of their own:
// prometheus.WrapRegistererWith(prometheus.Labels{"server": "a"}, registry).
func NewCollector(source Source, opts ...Option) *Collector {
	if source == nil {
		panic("rembprometheus: NewCollector of a nil Source")
	}
	c := &Collector{source: source}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	return c
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range sumDescs {
		out <- desc
	}
	if c.peerConnections {
		for _, desc := range peerConnectionDescs {
			out <- desc
		}
	}
}

// Collect implements prometheus.Collector. It holds no lock while it waits for out.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	states, inMode, streams, sum := map[string]int{}, map[remb.Mode]int{}, map[remb.TimeSource]int{}, 0
	for id, e := range c.source.Estimators() {
		stats := e.Stats()
		if stats.Closed {
			continue // a moment ago
		}
		states[stateOf(&stats)]++
		if stats.Profile == remb.ProfileAdaptive {
			inMode[modeOf(&stats)]++
		}
		for _, stream := range e.StreamStats() {
			if stream.Alive {
				streams[stream.TimeSource]++
			}
		}
		sum += stats.TargetBitrate
		if c.peerConnections {
			collectPeerConnection(out, id, &stats)
		}
	}
	for _, state := range allStates {
		out <- gauge(peerConnections, float64(states[state]), state)
	}
	for _, mode := range modes {
		out <- gauge(byMode, float64(inMode[mode]), mode.String())
	}
	for _, source := range timeSources {
		out <- gauge(streamsBySource, float64(streams[source]), source.String())
	}
	out <- gauge(target, bytesPerSecond(float64(sum)))
	totals := c.source.Totals()
	collectTotals(out, &totals)
}
