package rembsender

import (
	"testing"
	"time"

	"github.com/pion/rtp"
)

// sized makes a packet that counts size bytes.
func sized(size int) *packet { return &packet{payload: make([]byte, size)} }

func noPadding(t *testing.T) func(bool) *packet {
	return func(bool) *packet {
		t.Fatal("asked for padding")
		return nil
	}
}

// sendAll pops all packets at their times and returns these.
func sendAll(p *pacer, target int64, padding func(bool) *packet) (times []time.Duration, packets []*packet) {
	for {
		due, ok := p.due()
		if !ok {
			return times, packets
		}
		times = append(times, due)
		packets = append(packets, p.pop(due, target, padding))
	}
}

func expectTimes(t *testing.T, got []time.Duration, want ...time.Duration) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d packets at %v, not %d", len(got), got, len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("packet %d leaves at %v, not %v", i, got[i], want[i])
		}
	}
}

// 1000 bytes at 2.5 times 1 Mbit/s take 3.2 ms.
func TestPacesAtTwoAndAHalfTimesTheTarget(t *testing.T) {
	const gap = 3200 * time.Microsecond
	var p pacer
	p.enqueue(10*ms, sized(1000), sized(1000), sized(500))
	times, _ := sendAll(&p, 1_000_000, noPadding(t))
	expectTimes(t, times, 10*ms, 10*ms+gap, 10*ms+2*gap)
	// The next frame comes too soon, and waits for the half packet.
	p.enqueue(17*ms, sized(1000))
	times, _ = sendAll(&p, 1_000_000, noPadding(t))
	expectTimes(t, times, 10*ms+2*gap+gap/2)
	// After a pause nothing is made up for.
	p.enqueue(time.Second, sized(1000), sized(1000))
	times, _ = sendAll(&p, 1_000_000, noPadding(t))
	expectTimes(t, times, time.Second, time.Second+gap)
}

func TestMakesUpForLateWakeUps(t *testing.T) {
	const gap = 3200 * time.Microsecond
	for _, c := range []struct{ late, next time.Duration }{
		{0, gap}, {ms, gap}, {2 * ms, gap}, {5 * ms, 5*ms - maxCatchUp + gap},
	} {
		var p pacer
		p.enqueue(0, sized(1000), sized(1000))
		p.pop(c.late, 1_000_000, noPadding(t))
		if due, _ := p.due(); due != c.next {
			t.Errorf("after a packet %v late the next is due at %v, not %v", c.late, due, c.next)
		}
	}
}

func TestRetransmissionsGoFirst(t *testing.T) {
	var p pacer
	media, rtx := sized(500), sized(600)
	p.enqueue(0, media)
	p.retransmit(0, rtx)
	if _, got := sendAll(&p, 1_000_000, noPadding(t)); got[0] != rtx || got[1] != media {
		t.Error("media went before a retransmission")
	}
}

// Two clusters, at 900 and 1800 kbit/s, each a small padding packet and at least four more, then media at
// 2.5 times the target. 900 bytes take 8, 4 and 9.6 ms.
func TestProbesWithMedia(t *testing.T) {
	p := pacer{probe: newProber(300_000)}
	if _, ok := p.due(); ok {
		t.Fatal("probes before there is media")
	}
	z := packetizer{ssrc: 1, rtxSSRC: 2, rtxType: 97}
	for range 10 {
		p.enqueue(0, sized(900))
	}
	times, packets := sendAll(&p, 300_000, z.padding)
	first := 255 * 8 * time.Second / 900_000
	second := first + 32*ms
	third := second + 255*8*time.Second/1_800_000
	expectTimes(t, times, 0, first, first+8*ms, first+16*ms, first+24*ms,
		second, third, third+4*ms, third+8*ms, third+12*ms, third+16*ms, third+16*ms+9600*time.Microsecond)
	for i, packet := range packets {
		if padding := packet.header.SSRC == 2; padding != (i == 0 || i == 5) {
			t.Errorf("packet %d: padding %v", i, padding)
		}
	}
}

// With too little media the clusters are filled up with repeated media on the RTX stream.
func TestProbesWithRepeatedMedia(t *testing.T) {
	p := pacer{probe: newProber(300_000)}
	z := packetizer{ssrc: 1, rtxSSRC: 2, payloadType: 96, rtxType: 97, rtxSequence: 65535}
	frame := z.frame(0, 1000)
	p.enqueue(0, frame...)
	var got []*packet
	for at, ok := p.due(); ok; at, ok = p.due() {
		next := p.pop(at, 300_000, z.padding)
		z.sent(next, at)
		got = append(got, next)
	}
	if len(got) != 10 {
		t.Fatalf("%d packets, not 10", len(got))
	}
	for i, packet := range got {
		want := rtp.Header{Version: 2, PayloadType: 97, SSRC: 2, SequenceNumber: uint16(65535 + i)}
		size := 1000 + 2
		switch {
		case i == 0 || i == 5:
			want.Padding, want.PaddingSize, size = true, 255, 255
		case i == 1:
			want, size = frame[0].header, 1000
		default:
			want.Marker = true
		}
		if i > 1 { // the media packet had no part in these numbers
			want.SequenceNumber--
		}
		if packet.size() != size || packet.header.SSRC != want.SSRC ||
			packet.header.SequenceNumber != want.SequenceNumber || packet.header.Marker != want.Marker ||
			packet.header.PaddingSize != want.PaddingSize {
			t.Errorf("packet %d of %d bytes: %+v, not %+v", i, packet.size(), packet.header, want)
		}
	}
}
