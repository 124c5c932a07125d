package rembsender

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

func newPacketizer() *packetizer {
	return &packetizer{ssrc: 1, rtxSSRC: 2, payloadType: 96, rtxType: 97, sequence: 65534, timestampOffset: 1000}
}

func TestFrameIsSplitEvenly(t *testing.T) {
	z := newPacketizer()
	sequence := z.sequence
	for _, c := range []struct{ size, packets int }{
		{1, 1}, {100, 1}, {1200, 1}, {1201, 2}, {13_500, 12},
	} {
		frame := z.frame(2*second, c.size)
		sum := 0
		for i, p := range frame {
			sum += p.size()
			if len(p.payload) > maxPayload || len(p.payload) < c.size/c.packets {
				t.Errorf("a payload of %d bytes", len(p.payload))
			}
			h := p.header
			if h.SequenceNumber != sequence || h.Timestamp != 181_000 || h.Marker != (i == len(frame)-1) ||
				h.SSRC != 1 || h.PayloadType != 96 {
				t.Errorf("header %+v", h)
			}
			sequence++
		}
		if len(frame) != c.packets || sum != c.size {
			t.Errorf("a frame of %d bytes becomes %d bytes in %d packets", c.size, sum, len(frame))
		}
	}
}

func TestResend(t *testing.T) {
	z := newPacketizer()
	frame := z.frame(0, 5000)
	for i, p := range frame {
		p.payload[1] = byte(i) // to tell them apart
		z.sent(p, 10*ms)
	}
	lost := frame[2]
	if z.resend(lost.header.SequenceNumber, 109*ms, 100*ms) != nil {
		t.Error("sent again within a round trip")
	}
	rtx := z.resend(lost.header.SequenceNumber, 110*ms, 100*ms)
	if rtx == nil {
		t.Fatal("not sent again")
	}
	h := rtx.header
	if h.SSRC != 2 || h.PayloadType != 97 || h.Timestamp != lost.header.Timestamp || h.Marker != lost.header.Marker ||
		!rtx.retransmission {
		t.Errorf("header %+v", h)
	}
	if binary.BigEndian.Uint16(rtx.payload) != lost.header.SequenceNumber || !bytes.Equal(rtx.payload[2:], lost.payload) {
		t.Error("the payload is not that of RFC 4588")
	}
	if z.resend(lost.header.SequenceNumber, 200*ms, 100*ms) != nil {
		t.Error("sent a third time within a round trip")
	}
	again := z.resend(lost.header.SequenceNumber, 210*ms, 100*ms)
	if again == nil || again.header.SequenceNumber != h.SequenceNumber+1 {
		t.Error("not sent a third time under the next number")
	}
	if z.resend(lost.header.SequenceNumber+500, second, 100*ms) != nil {
		t.Error("sent what never was")
	}
	// Once the history has gone round, the old packet is forgotten.
	for range historySize {
		z.sent(z.frame(0, 100)[0], second)
	}
	if z.resend(lost.header.SequenceNumber, 2*second, 100*ms) != nil {
		t.Error("sent what must be forgotten")
	}
}

func TestAbsSendTime(t *testing.T) {
	for _, c := range []struct {
		at   time.Duration
		want []byte
	}{
		{0, []byte{0, 0, 0}},
		{second, []byte{4, 0, 0}},
		{64*second - 1, []byte{255, 255, 255}},
		{64*second + 500*ms, []byte{2, 0, 0}},
	} {
		if got := absSendTime(c.at); !bytes.Equal(got, c.want) {
			t.Errorf("%v: %v, not %v", c.at, got, c.want)
		}
	}
}

func TestWindow(t *testing.T) {
	w := window{length: second}
	w.add(0, 1000)
	w.add(500*ms, 500)
	for _, c := range []struct {
		at   time.Duration
		want float64
	}{{500 * ms, 12_000}, {second - 1, 12_000}, {second, 4_000}, {1500 * ms, 0}} {
		if got := w.rate(c.at); got != c.want {
			t.Errorf("%g at %v, not %g", got, c.at, c.want)
		}
	}
}
