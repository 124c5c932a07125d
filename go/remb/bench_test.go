//go:build cgo

package remb

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

// benchReader is a bare reader as cheap as a real one can be: it copies a packet of 1200 bytes. A millisecond of the
// test's own time goes by between two packets, for the sender as for the receiver.
type benchReader struct {
	packet []byte
	clock  *benchClock
}

// benchClock costs what the real clock does.
type benchClock struct {
	start, now time.Time
	real       time.Duration
}

func newBenchClock() *benchClock {
	now := time.Now()
	return &benchClock{start: now, now: now}
}

func (c *benchClock) read() time.Time {
	c.real = time.Since(c.start)
	return c.now
}

func newBenchReader(b *testing.B, ssrc uint32, clock *benchClock) *benchReader {
	b.Helper()
	return &benchReader{(&tracePacket{ssrc: ssrc, payloadSize: 1180}).rtpBytes(b, 0), clock}
}

func (r *benchReader) Read(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
	r.clock.now = r.clock.now.Add(time.Millisecond)
	sent := uint64(r.clock.now.Sub(r.clock.start))
	stamp := sent << 18 / 1_000_000_000
	binary.BigEndian.PutUint16(r.packet[2:], uint16(sent/1_000_000))
	binary.BigEndian.PutUint32(r.packet[4:], uint32(sent*9/100_000))
	r.packet[17], r.packet[18], r.packet[19] = byte(stamp>>16), byte(stamp>>8), byte(stamp)
	return copy(b, r.packet), a, nil
}

var discard = interceptor.RTCPWriterFunc(func([]rtcp.Packet, interceptor.Attributes) (int, error) { return 0, nil })

// BenchmarkReader reads packets through the interceptor. "bare" has the same inner reader and no interceptor: subtract
// it.
func BenchmarkReader(b *testing.B) {
	read := func(b *testing.B, readers ...interceptor.RTPReader) {
		b.Helper()
		buffer, attributes := make([]byte, 1500), interceptor.Attributes{}
		n := 0
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = readers[n].Read(buffer, attributes)
			if n++; n == len(readers) {
				n = 0
			}
		}
	}
	b.Run("bare", func(b *testing.B) { read(b, newBenchReader(b, 1, newBenchClock())) })
	for _, streams := range []uint32{1, 100} {
		b.Run(fmt.Sprintf("remb/%d-streams", streams), func(b *testing.B) {
			clock := newBenchClock()
			i := newTestInterceptor(b, WithNow(clock.read))
			i.BindRTCPWriter(discard)
			var readers []interceptor.RTPReader
			for ssrc := range streams {
				readers = append(readers, i.BindRemoteStream(videoInfo(ssrc+1), newBenchReader(b, ssrc+1, clock)))
			}
			read(b, readers...)
		})
	}
}

// BenchmarkPeerConnections reads from as many peer connections in parallel as there are processors.
func BenchmarkPeerConnections(b *testing.B) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		clock := newBenchClock()
		i := newTestInterceptor(b, WithNow(clock.read))
		i.BindRTCPWriter(discard)
		reader := i.BindRemoteStream(videoInfo(1), newBenchReader(b, 1, clock))
		buffer, attributes := make([]byte, 1500), interceptor.Attributes{}
		for pb.Next() {
			_, _, _ = reader.Read(buffer, attributes)
		}
	})
}

// BenchmarkParts has the parts that a packet's cost is made of.
func BenchmarkParts(b *testing.B) {
	b.Run("cgo call", func(b *testing.B) {
		for b.Loop() {
			_ = loadedVersion()
		}
	})
	b.Run("clock", func(b *testing.B) {
		e := newTestEstimator(b)
		for b.Loop() {
			_ = e.nowMicros()
		}
	})
	for _, size := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("OnPackets/%d", size), func(b *testing.B) {
			e := newTestEstimator(b)
			packets := make([]Packet, size)
			at := time.Now()
			b.ReportAllocs()
			for b.Loop() {
				for n := range packets {
					at = at.Add(time.Millisecond)
					packets[n] = Packet{SSRC: 1, Arrival: at, PayloadSize: 1200, Stamps: StampRTPTimestamp}
				}
				_, _ = e.OnPackets(packets)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/packet")
		})
	}
}
