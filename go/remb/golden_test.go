//go:build cgo

package remb

import (
	"math"
	"testing"
	"time"

	"github.com/pion/interceptor"
)

// TestGoldenTraces sends the reference traces through an interceptor's readers, as RTP packets, and holds the
// estimator's reports against those of libwebrtc.
func TestGoldenTraces(t *testing.T) {
	for _, name := range traceNames(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expected := readCSV(t, name+".expected.csv", 7)
			play := newTracePlayer(t, name, WithProfile(ProfileLibwebrtc), WithTimeSource(TimeSourceAbsSendTime))
			reported := int64(0)
			for play.read(t) {
				stats := play.estimator.Stats()
				if stats.Reports == reported {
					continue
				}
				if stats.Reports != reported+1 || int(stats.Reports) > len(expected) {
					t.Fatalf("%d reports after %d, %d are expected in all", stats.Reports, reported, len(expected))
				}
				compareReport(t, stats, expected[reported])
				reported = stats.Reports
			}
			if int(reported) != len(expected) {
				t.Fatalf("%d reports, want %d", reported, len(expected))
			}
		})
	}
}

func compareReport(t *testing.T, got Stats, want []float64) {
	t.Helper()
	if !got.LastReport.Equal(epochTime(int64(want[0]))) || got.Estimate != int(want[1]) ||
		got.Streams != int(want[2]) || got.State != State(want[3]) {
		t.Fatalf("report %d at %d of %d bit/s for %d streams, state %v; want %.0f", got.Reports,
			got.LastReport.UnixMicro(), got.Estimate, got.Streams, got.State, want)
	}
	for i, signal := range []float64{got.OffsetMs, got.NoiseVarianceMs2, got.ThresholdMs} {
		if w := want[4+i]; math.Abs(signal-w) > 1e-6*max(1, math.Abs(w)) {
			t.Fatalf("report %d: signal %d is %g, want %g", got.Reports, i, signal, w)
		}
	}
}

// tracePlayer has one interceptor, whose clock is the trace's, and a bound stream for each SSRC.
type tracePlayer struct {
	estimator *Estimator
	packets   []tracePacket
	now       time.Time
	source    player
	readers   map[uint32]interceptor.RTPReader
	arrived   int
	buffer    []byte
}

func newTracePlayer(t *testing.T, name string, opts ...Option) *tracePlayer {
	t.Helper()
	p := &tracePlayer{
		packets: readTrace(t, name), readers: map[uint32]interceptor.RTPReader{}, buffer: make([]byte, 1<<16),
	}
	p.now = epochTime(p.packets[0].arrival)
	opts = append(opts, WithNow(func() time.Time { return p.now }))
	i := newTestInterceptor(t, opts...)
	p.estimator = i.Estimator()
	for _, packet := range p.packets {
		if p.readers[packet.ssrc] == nil {
			p.readers[packet.ssrc] = i.BindRemoteStream(videoInfo(packet.ssrc), &p.source)
		}
	}
	return p
}

// read has the next packet arrive; it returns false at the end.
func (p *tracePlayer) read(t *testing.T) bool {
	t.Helper()
	if p.arrived == len(p.packets) {
		return false
	}
	packet := &p.packets[p.arrived]
	p.source.next = packet.rtpBytes(t, uint16(p.arrived))
	p.arrived++
	p.now = epochTime(packet.arrival)
	n, _, err := p.readers[packet.ssrc].Read(p.buffer, nil)
	if err != nil || n != len(p.source.next) {
		t.Fatalf("read %d bytes: %v", n, err)
	}
	return true
}

// newTestInterceptor makes an interceptor that is closed at the test's end, with ProfileLibwebrtc unless an option says
// other.
func newTestInterceptor(tb testing.TB, opts ...Option) *BWEInterceptor {
	tb.Helper()
	factory, err := NewBWEInterceptorFactory(append([]Option{WithProfile(ProfileLibwebrtc)}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	made, err := factory.NewInterceptor("test")
	if err != nil {
		tb.Fatal(err)
	}
	i, ok := made.(*BWEInterceptor)
	if !ok {
		tb.Fatalf("made a %T", made)
	}
	tb.Cleanup(func() { _ = i.Close() })
	return i
}
