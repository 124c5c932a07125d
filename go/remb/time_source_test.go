//go:build cgo

package remb

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
)

// sourceCase is what a sender negotiated, of all that its packets carry.
type sourceCase struct {
	name      string
	uris      []string
	everyone  bool // every packet has a capture stamp, not one a second
	forwarded bool // the stamps are of other capturers' clocks, with the offset field
	want      TimeSource
	whole     float64 // by how much the mean estimate may be off; 0: any
	settled   float64 // the same from the first over-use on
}

var sourceCases = []sourceCase{
	{name: "capture time", uris: []string{AbsCaptureTimeURI, TransmissionOffsetURI},
		want: TimeSourceAbsCaptureTime, whole: 0.01},
	{name: "capture time of all", uris: []string{AbsCaptureTimeURI, TransmissionOffsetURI}, everyone: true,
		want: TimeSourceAbsCaptureTime, whole: 0.01},
	{name: "capture time, forwarded", uris: []string{AbsCaptureTimeURI, TransmissionOffsetURI}, forwarded: true,
		want: TimeSourceAbsCaptureTime, whole: 0.01},
	// libwebrtc's arithmetic. It sees no probes, so it begins five seconds later and from below.
	{name: "transmission offset", uris: []string{TransmissionOffsetURI},
		want: TimeSourceTransmissionOffset, settled: 0.1},
	// All packets of a frame were sent at once by it: over-use for less than some frames is not seen.
	{name: "RTP timestamp", want: TimeSourceRTPTimestamp, settled: 0.3},
}

// TestTimeSources measures each source's estimate against that by abs-send-time, on traces from which the stamps are
// made. //cc/capi:time_sources_test does it for all of them.
func TestTimeSources(t *testing.T) {
	for _, trace := range []string{"steady", "rfc52", "reorder", "wrap", "simulcast"} {
		t.Run(trace, func(t *testing.T) {
			t.Parallel()
			reference := playSource(t, trace, sourceCase{uris: []string{AbsSendTimeURI}, want: TimeSourceAbsSendTime})
			for _, source := range sourceCases {
				got := playSource(t, trace, source)
				whole, settled := got.deviation(reference, 0), got.deviation(reference, reference.firstOveruse()+50)
				found, overuses := got.found(reference)
				t.Logf("%-24s whole %+6.1f %%, settled %+6.1f %%, over-use %d of %d",
					source.name, 100*whole, 100*settled, found, overuses)
				if source.whole > 0 && math.Abs(whole) > source.whole {
					t.Errorf("%s: the mean estimate is off by %.1f %%", source.name, 100*whole)
				}
				if source.settled > 0 && math.Abs(settled) > source.settled {
					t.Errorf("%s: settled, the mean estimate is off by %.1f %%", source.name, 100*settled)
				}
				if source.want != TimeSourceRTPTimestamp && found < overuses {
					t.Errorf("%s: %d of %d over-uses found within 200 ms", source.name, found, overuses)
				}
			}
		})
	}
}

// sourceRun is what an estimator said, every 10 ms.
type sourceRun struct {
	estimates []float64
	overusing []bool // in the 10 ms before
}

const gridMicros = 10_000

func playSource(t *testing.T, trace string, source sourceCase) (run sourceRun) {
	t.Helper()
	packets := readTrace(t, trace)
	now := epochTime(packets[0].arrival)
	i := newTestInterceptor(t, WithNow(func() time.Time { return now }))
	from := &player{}
	readers := map[uint32]interceptor.RTPReader{}
	stamps := newCaptureStamps(source)
	buffer := make([]byte, 1<<16)
	grid, overusing := packets[0].arrival, false
	for n := range packets {
		packet := &packets[n]
		for ; grid < packet.arrival; grid += gridMicros {
			_, _, _ = i.Estimator().Poll(epochTime(grid))
			run.estimates = append(run.estimates, float64(i.Estimator().GetTargetBitrate()))
			run.overusing = append(run.overusing, overusing)
			overusing = i.Estimator().Stats().State == StateOverusing
		}
		if readers[packet.ssrc] == nil {
			readers[packet.ssrc] = i.BindRemoteStream(sourceInfo(packet.ssrc, source.uris), from)
		}
		from.next, now = stamps.rtpBytes(t, packet, uint16(n)), epochTime(packet.arrival)
		if _, _, err := readers[packet.ssrc].Read(buffer, nil); err != nil {
			t.Fatal(err)
		}
		overusing = overusing || i.Estimator().Stats().State == StateOverusing
	}
	for _, stream := range i.Estimator().StreamStats() {
		if stream.Alive && stream.TimeSource != source.want {
			t.Errorf("%s: SSRC %d has %v: %v", source.name, stream.SSRC, stream.TimeSource, stream.Reason)
		}
	}
	return run
}

func (r sourceRun) deviation(reference sourceRun, from int) float64 {
	sum, referenceSum := 0.0, 0.0
	for i := from; i < min(len(r.estimates), len(reference.estimates)); i++ {
		if r.estimates[i] > 0 && reference.estimates[i] > 0 {
			sum, referenceSum = sum+r.estimates[i], referenceSum+reference.estimates[i]
		}
	}
	return sum/referenceSum - 1
}

func (r sourceRun) firstOveruse() int {
	for i, overusing := range r.overusing {
		if overusing {
			return i
		}
	}
	return 0
}

// found counts the over-uses of the reference, and those that r has within 200 ms.
func (r sourceRun) found(reference sourceRun) (found, all int) {
	const soon = 200_000 / gridMicros
	for onset := 1; onset < len(reference.overusing); onset++ {
		if !reference.overusing[onset] || reference.overusing[onset-1] {
			continue
		}
		all++
		for i := max(onset-soon, 0); i <= min(onset+soon, len(r.overusing)-1); i++ {
			if r.overusing[i] {
				found++
				break
			}
		}
	}
	return found, all
}

var sourceIDs = map[string]int{
	AbsSendTimeURI: testAbsSendTimeID, TransmissionOffsetURI: testOffsetID, AbsCaptureTimeURI: testCaptureTimeID,
}

func sourceInfo(ssrc uint32, uris []string) *interceptor.StreamInfo {
	info := videoInfo(ssrc)
	info.RTPHeaderExtensions = nil
	for _, uri := range uris {
		info.RTPHeaderExtensions = append(info.RTPHeaderExtensions,
			interceptor.RTPHeaderExtension{URI: uri, ID: sourceIDs[uri]})
	}
	return info
}

// captureStamps makes the abs-capture-time of packets from their RTP timestamps.
type captureStamps struct {
	source  sourceCase
	streams map[uint32]*stampedStream
	sent    int64 // of the newest packet, in 2^-18 s
	last    uint32
}

type stampedStream struct {
	rtp       uint32
	captured  float64 // seconds
	lastStamp float64
}

func newCaptureStamps(source sourceCase) *captureStamps {
	return &captureStamps{source: source, streams: map[uint32]*stampedStream{}, sent: 3_900_000_000 << 18}
}

func (c *captureStamps) rtpBytes(t *testing.T, p *tracePacket, sequenceNumber uint16) []byte {
	t.Helper()
	c.sent += int64(int32(p.absSendTime<<8-c.last<<8) >> 8)
	c.last = p.absSendTime
	sent := float64(c.sent) / (1 << 18)
	stream := c.streams[p.ssrc]
	if stream == nil {
		stream = &stampedStream{rtp: p.rtpTimestamp, captured: sent - float64(p.transmissionOf)/90_000}
		c.streams[p.ssrc] = stream
	}
	stream.captured += float64(int32(p.rtpTimestamp-stream.rtp)) / 90_000
	stream.rtp = p.rtpTimestamp
	raw := p.rtpBytes(t, sequenceNumber)
	if !c.source.everyone && sent-stream.lastStamp < 1 {
		return raw
	}
	stream.lastStamp = sent
	offset := int64(0)
	if c.source.forwarded {
		offset = (int64(p.ssrc%97) - 50) << 35
	}
	seconds, fraction := math.Modf(stream.captured)
	stamp := binary.BigEndian.AppendUint64(nil, uint64(seconds)<<32+uint64(fraction*(1<<32))+uint64(offset))
	if c.source.forwarded {
		stamp = binary.BigEndian.AppendUint64(stamp, uint64(offset))
	}
	var packet rtp.Packet
	if err := packet.Unmarshal(raw); err != nil {
		t.Fatal(err)
	}
	if err := packet.SetExtension(testCaptureTimeID, stamp); err != nil {
		t.Fatal(err)
	}
	raw, err := packet.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
