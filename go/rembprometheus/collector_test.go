//go:build cgo

package rembprometheus_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembprometheus"
)

const absSendTimeID = 3

func newFactory(tb testing.TB, opts ...remb.Option) *remb.BWEInterceptorFactory {
	tb.Helper()
	factory, err := remb.NewBWEInterceptorFactory(append([]remb.Option{remb.WithProfile(remb.ProfileLibwebrtc)}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	return factory
}

// connection is a peer connection that receives one stream.
type connection struct {
	interceptor.Interceptor
	reader interceptor.RTPReader
	packet []byte
	sent   uint16
}

func newConnection(tb testing.TB, factory *remb.BWEInterceptorFactory, id string) *connection {
	tb.Helper()
	i, err := factory.NewInterceptor(id)
	if err != nil {
		tb.Fatal(err)
	}
	c := &connection{Interceptor: i}
	i.BindRTCPWriter(interceptor.RTCPWriterFunc(
		func([]rtcp.Packet, interceptor.Attributes) (int, error) { return 0, nil }))
	c.reader = i.BindRemoteStream(
		&interceptor.StreamInfo{
			SSRC: 1, ClockRate: 90_000, MimeType: "video/VP8",
			RTPHeaderExtensions: []interceptor.RTPHeaderExtension{{URI: remb.AbsSendTimeURI, ID: absSendTimeID}},
		},
		interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
			return copy(b, c.packet), a, nil
		}))
	return c
}

// receive takes in a packet of 1000 bytes that was sent just now.
func (c *connection) receive(tb testing.TB) {
	tb.Helper()
	c.sent++
	packet := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 1, SequenceNumber: c.sent}, Payload: make([]byte, 1000)}
	stamp, err := rtp.NewAbsSendTimeExtension(time.Now()).Marshal()
	if err == nil {
		err = packet.SetExtension(absSendTimeID, stamp)
	}
	if err == nil {
		c.packet, err = packet.Marshal()
	}
	if err == nil {
		_, _, err = c.reader.Read(make([]byte, 1500), nil)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// receiveFor takes in 1.6 Mbit/s.
func (c *connection) receiveFor(tb testing.TB, d time.Duration) {
	tb.Helper()
	for start := time.Now(); time.Since(start) < d; time.Sleep(5 * time.Millisecond) {
		c.receive(tb)
	}
}

// gather returns all values by name and labels, as in remb_streams{time_source="toffset"}. The registry is one that
// holds against Describe what Collect says.
func gather(tb testing.TB, collector prometheus.Collector) map[string]float64 {
	tb.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(collector)
	families, err := registry.Gather()
	if err != nil {
		tb.Fatal(err)
	}
	values := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			name := family.GetName()
			for _, label := range metric.GetLabel() {
				name += fmt.Sprintf("{%s=%q}", label.GetName(), label.GetValue())
			}
			values[name] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
			if histogram := metric.GetHistogram(); histogram != nil {
				delete(values, name)
				values[name+"_count"] = float64(histogram.GetSampleCount())
				values[name+"_sum"] = histogram.GetSampleSum()
				for _, bucket := range histogram.GetBucket() {
					values[fmt.Sprintf("%s_bucket{le=\"%g\"}", name, bucket.GetUpperBound())] =
						float64(bucket.GetCumulativeCount())
				}
			}
		}
	}
	return values
}

func expect(t *testing.T, when string, got, want map[string]float64) {
	t.Helper()
	for name, value := range want {
		if v, ok := got[name]; !ok || v != value {
			t.Errorf("%s: %s is %v, want %v (there: %v)", when, name, v, value, ok)
		}
	}
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		factory := newFactory(t, remb.WithInitialBitrate(800_000), remb.WithMaxBitrate(800_000))
		idle, busy := newConnection(t, factory, "idle"), newConnection(t, factory, "busy")
		busy.receiveFor(t, 2500*time.Millisecond)
		if err := factory.Estimator("busy").SetMaxBitrate(400_000); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		counters := map[string]float64{
			"remb_peer_connections_opened_total":                2,
			"remb_received_packets_total":                       500,
			"remb_received_payload_bytes_total":                 500_000,
			"remb_malformed_packets_total":                      0,
			"remb_message_decreases_total":                      1,
			"remb_message_write_errors_total":                   0,
			"remb_message_bytes_per_second_count":               4, // at 0, 1 and 2 s, and with the new maximum
			"remb_message_bytes_per_second_sum":                 350_000,
			`remb_message_bytes_per_second_bucket{le="37500"}`:  0,
			`remb_message_bytes_per_second_bucket{le="62500"}`:  1,
			`remb_message_bytes_per_second_bucket{le="93750"}`:  1,
			`remb_message_bytes_per_second_bucket{le="125000"}`: 4,
		}
		collector := rembprometheus.NewCollector(factory, rembprometheus.WithPeerConnections())
		got := gather(t, collector)
		expect(t, "open", got, counters)
		expect(t, "open", got, map[string]float64{
			`remb_peer_connections{state="normal"}`:                                   1,
			`remb_peer_connections{state="underusing"}`:                               0,
			`remb_peer_connections{state="overusing"}`:                                0,
			`remb_peer_connections{state="silent"}`:                                   1,
			`remb_streams{time_source="abs-send-time"}`:                               1,
			`remb_streams{time_source="toffset"}`:                                     0,
			`remb_streams{time_source="rtp-timestamp"}`:                               0,
			"remb_target_bytes_per_second":                                            50_000,
			`remb_peer_connection_streams{peer_connection="busy"}`:                    1,
			`remb_peer_connection_streams{peer_connection="idle"}`:                    0,
			`remb_peer_connection_round_trip_seconds{peer_connection="busy"}`:         0.2,
			`remb_streams{time_source="abs-capture-time"}`:                            0,
			`remb_streams{time_source="none"}`:                                        0,
			`remb_peer_connection_target_bytes_per_second{peer_connection="busy"}`:    50_000,
			`remb_peer_connection_incoming_bytes_per_second{peer_connection="busy"}`:  200_000,
			`remb_peer_connection_detector_threshold_seconds{peer_connection="busy"}`: 0.006,
		})
		_ = busy.Close()
		_ = idle.Close()
		got = gather(t, collector)
		expect(t, "closed", got, counters)
		expect(t, "closed", got, map[string]float64{
			`remb_peer_connections{state="normal"}`:     0,
			`remb_peer_connections{state="silent"}`:     0,
			`remb_streams{time_source="abs-send-time"}`: 0,
			"remb_target_bytes_per_second":              0,
		})
		for name := range got {
			if strings.Contains(name, "{peer_connection=") {
				t.Errorf("%s is left", name)
			}
		}
	})
}

// TestAdaptive has a queue grow before one estimator of each profile.
func TestAdaptive(t *testing.T) {
	got := gather(t, rembprometheus.NewCollector(overusedSource(t), rembprometheus.WithPeerConnections()))
	expect(t, "overused", got, map[string]float64{
		`remb_adaptive_peer_connections{mode="back-off"}`:    1,
		`remb_adaptive_peer_connections{mode="none"}`:        0,
		`remb_adaptive_peer_connections{mode="start"}`:       0,
		`remb_adaptive_peer_connections{mode="growth"}`:      0,
		`remb_adaptive_peer_connections{mode="hold"}`:        0,
		`remb_adaptive_peer_connections{mode="competition"}`: 0,
	})
	value := func(name string) float64 {
		t.Helper()
		if _, ok := got[name+`{peer_connection="libwebrtc"}`]; ok {
			t.Errorf("%s is not of the libwebrtc profile", name)
		}
		v, ok := got[name+`{peer_connection="adaptive"}`]
		if !ok {
			t.Errorf("there is no %s", name)
		}
		return v
	}
	// A thousand packets, each 1 ms later than the one before.
	queue, threshold := value("remb_peer_connection_queueing_delay_seconds"), value("remb_peer_connection_queue_threshold_seconds")
	if queue < 0.5 || queue > 1 || threshold < 0.004 || threshold > 0.1 {
		t.Errorf("queueing delay %v s, threshold %v s", queue, threshold)
	}
	if jitter := value("remb_peer_connection_jitter_seconds"); jitter < 0 || jitter > 0.01 {
		t.Errorf("jitter %v s", jitter)
	}
	// 1000 bytes each 6 ms.
	for _, name := range []string{"train_capacity", "capacity_share"} {
		if rate := value("remb_peer_connection_" + name + "_bytes_per_second"); rate < 150_000 || rate > 180_000 {
			t.Errorf("%s %v byte/s", name, rate)
		}
	}
	if share := value("remb_peer_connection_train_share_ratio"); share < 0.9 || share > 1.1 {
		t.Errorf("train share %v", share)
	}
	for _, name := range []string{"offset", "threshold"} {
		name = "remb_peer_connection_detector_" + name + "_seconds"
		if _, ok := got[name+`{peer_connection="adaptive"}`]; ok || got[name+`{peer_connection="libwebrtc"}`] <= 0 {
			t.Errorf("%s: of adaptive %v, of libwebrtc %v", name, ok, got[name+`{peer_connection="libwebrtc"}`])
		}
	}
}

// TestTimeSources holds that none is left out.
func TestTimeSources(t *testing.T) {
	got := gather(t, rembprometheus.NewCollector(newFactory(t)))
	unknown := remb.TimeSource(-2).String()
	for source := remb.TimeSourceNone; source.String() != unknown; source++ {
		if _, ok := got[fmt.Sprintf("remb_streams{time_source=%q}", source)]; ok == (source == remb.TimeSourceAuto) {
			t.Errorf("%s: %v", source, ok)
		}
	}
}

// TestLint asks Prometheus' own linter.
func TestLint(t *testing.T) {
	factory := newFactory(t)
	c := newConnection(t, factory, "x")
	defer func() { _ = c.Close() }()
	c.receive(t)
	problems, err := testutil.CollectAndLint(
		rembprometheus.NewCollector(factory, rembprometheus.WithPeerConnections()))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

// TestNumberOfSeries holds that it does not grow with peer connections, unless it was asked to.
func TestNumberOfSeries(t *testing.T) {
	factory := newFactory(t)
	few := len(gather(t, rembprometheus.NewCollector(factory)))
	for n := range 20 {
		c := newConnection(t, factory, fmt.Sprint(n))
		defer func() { _ = c.Close() }()
	}
	if many := len(gather(t, rembprometheus.NewCollector(factory))); many != few {
		t.Errorf("%d values, with 20 peer connections %d", few, many)
	}
	each := rembprometheus.NewCollector(factory, rembprometheus.WithPeerConnections())
	if many := len(gather(t, each)); many != few+20*6 { // all but the link capacity, which is not known
		t.Errorf("%d values, with 20 peer connections of their own %d", few, many)
	}
}

// TestCountersNeverFall scrapes while peer connections come, are reset and go.
func TestCountersNeverFall(t *testing.T) {
	factory, set := newFactory(t, remb.WithInitialBitrate(1_000_000)), &rembprometheus.Set{}
	for name, source := range map[string]rembprometheus.Source{"factory": factory, "set": set} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			collector := rembprometheus.NewCollector(source, rembprometheus.WithPeerConnections())
			stop := make(chan struct{})
			var scrapers, users sync.WaitGroup
			for user := range 2 {
				scrapers.Go(func() { scrapeUntil(t, collector, stop) })
				users.Go(func() {
					for n := range 100 {
						if name == "set" {
							useEstimator(t, set, fmt.Sprint(user, n%3))
						} else {
							usePeerConnection(t, factory, fmt.Sprint(user, n))
						}
					}
				})
			}
			users.Wait()
			close(stop)
			scrapers.Wait()
			expect(t, "in the end", gather(t, collector), map[string]float64{
				"remb_peer_connections_opened_total": 200,
				"remb_received_packets_total":        200 * 20,
			})
		})
	}
}

func scrapeUntil(t *testing.T, collector prometheus.Collector, stop chan struct{}) {
	for last := map[string]float64{}; ; {
		got := gather(t, collector)
		for name, value := range last {
			counts := strings.HasSuffix(name, "_total") || strings.HasPrefix(name, "remb_message")
			if counts && got[name] < value {
				t.Errorf("%s fell from %g to %g", name, value, got[name])
			}
		}
		last = got
		select {
		case <-stop:
			return
		default:
		}
	}
}

func usePeerConnection(t *testing.T, factory *remb.BWEInterceptorFactory, id string) {
	c := newConnection(t, factory, id)
	for n := range 20 {
		if n == 10 {
			_ = factory.Estimator(id).Reset()
		}
		c.receive(t)
	}
	_ = c.Close()
}

// useEstimator leaves some to be replaced by the next one of that name.
func useEstimator(t *testing.T, set *rembprometheus.Set, name string) {
	e, err := remb.NewEstimator()
	if err != nil {
		t.Error(err)
		return
	}
	set.Add(name, e)
	for range 20 {
		if _, err := e.OnPacket(remb.Packet{SSRC: 1, Arrival: time.Now(), PayloadSize: 1000}); err != nil {
			t.Error(err)
		}
	}
	if err := e.REMBSent(time.Now(), 500_000); err != nil {
		t.Error(err)
	}
	if name[len(name)-1] != '1' {
		set.Remove(name)
	}
}

func BenchmarkScrape(b *testing.B) {
	for name, opts := range map[string][]rembprometheus.Option{
		"sums": nil, "each peer connection": {rembprometheus.WithPeerConnections()},
	} {
		b.Run(name, func(b *testing.B) {
			factory := newFactory(b)
			const connections = 1000
			for n := range connections {
				c := newConnection(b, factory, fmt.Sprint(n))
				defer func() { _ = c.Close() }()
				c.receive(b)
			}
			registry := prometheus.NewRegistry()
			registry.MustRegister(rembprometheus.NewCollector(factory, opts...))
			for b.Loop() {
				if _, err := registry.Gather(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/connections, "ns/connection")
		})
	}
}
