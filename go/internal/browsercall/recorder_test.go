package browsercall

import (
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/callrecord"
)

var rtpPacket = append([]byte{0x80, 96}, make([]byte, 98)...)

// A call of 40 minutes, with 10 packets and one REMB a second and a change of capacity each 10 minutes, from 100 s on.
func TestRecorderForgets(t *testing.T) {
	const begin, length = 100 * time.Second, 40 * time.Minute
	r := &recorder{}
	r.onLink(0, Link{CapacityBps: 1_000_000, Delay: 50 * time.Millisecond})
	r.onLink(begin/2, Link{CapacityBps: 2_000_000, Delay: 50 * time.Millisecond})
	r.onArrival(begin/2, []byte{0, 1, 2}, false) // STUN is no media
	for at := time.Duration(0); at < length; at += 100 * time.Millisecond {
		now := begin + at
		if at > 0 && at%(10*time.Minute) == 0 {
			r.onLink(now, Link{CapacityBps: 1_000_000 * (1 + int64(at/(10*time.Minute)%2)), Delay: 50 * time.Millisecond})
		}
		r.onArrival(now, rtpPacket, at%time.Second == 0)
		if at%time.Second != 0 {
			r.onDelivery(now, bottleneck.Packet{Data: rtpPacket, Bytes: 128, Lost: at%time.Second == 500*time.Millisecond})
		} else {
			r.onREMB(now, 1e6)
			r.onBrowserStats(now, BrowserStats{T: at.Seconds()})
		}
		r.onLook(now, 1e6, callrecord.Normal)
	}
	if n := len(r.recording.Sent); n < 9000 || n > 9700 {
		t.Errorf("%d packets are kept of 24 000", n)
	}
	if n := len(r.browser); n < 900 || n > 970 {
		t.Errorf("%d browser's stats are kept of 2400", n)
	}
	now := begin + length
	c := r.snapshot(now, 4e6)
	if c.Duration != keep || c.SourceMax != 4e6 || len(c.Sent) != 9000 || len(c.Received) != 7200 || len(c.REMBs) != 900 {
		t.Errorf("%v, %d sent, %d received, %d REMBs", c.Duration, len(c.Sent), len(c.Received), len(c.REMBs))
	}
	if c.Sent[0].At != 0 || c.REMBs[0].At > time.Second || c.Estimates[0].At != 0 {
		t.Errorf("it begins at %v, %v and %v", c.Sent[0].At, c.REMBs[0].At, c.Estimates[0].At)
	}
	// 25 to 30 minutes, and 30 to 40.
	if len(c.Capacity) != 2 || c.Capacity[0] != (callrecord.Rate{At: 0, Bps: 1e6}) ||
		c.Capacity[1] != (callrecord.Rate{At: 5 * time.Minute, Bps: 2e6}) {
		t.Errorf("capacity %v", c.Capacity)
	}
	var s Sample
	r.sample(now, &s)
	// The window has 4 packets, at 100 to 400 ms ago, and one at 500 ms is out.
	if s.SentRate != 4*128*8/0.5 || s.Dropped != 2400 || s.Lost != 2400 || s.REMBs != 2400 || s.REMB != 1_000_000 {
		t.Errorf("%+v", s)
	}
	if second := r.snapshot(now, 4e6); second.Sent[0].At != 0 || len(second.Sent) != len(c.Sent) {
		t.Error("a snapshot changes the next one")
	}
}

// What is set before the first packet, or twice at once, is the capacity from then on; what stays is no change.
func TestRecorderCapacity(t *testing.T) {
	r := &recorder{}
	for i, bps := range []int64{1_000_000, 2_000_000, 0} {
		r.onLink(time.Duration(i)*time.Second, Link{CapacityBps: bps})
	}
	got := r.snapshot(3*time.Second, 0)
	if got.Duration != 0 || len(got.Capacity) != 1 || got.Capacity[0].Bps != MaxCapacityBps {
		t.Errorf("%+v", got)
	}
	r.onArrival(10*time.Second, rtpPacket, false)
	r.onLink(12*time.Second, Link{CapacityBps: 500_000})
	r.onLink(13*time.Second, Link{CapacityBps: 500_000, Loss: 0.5})
	steps := r.snapshot(14*time.Second, 0).Capacity
	if len(steps) != 2 || steps[1] != (callrecord.Rate{At: 2 * time.Second, Bps: 500_000}) {
		t.Errorf("%v", steps)
	}
}

// Without delay and bottleneck a packet may be passed on before the relay has told that it came.
func TestRecorderOrder(t *testing.T) {
	const came, passedOn = 10 * time.Second, 10*time.Second + 30*time.Microsecond
	for name, lost := range map[string]bool{"received": false, "lost": true} {
		r := &recorder{}
		r.onDelivery(passedOn, bottleneck.Packet{
			Data: rtpPacket, Bytes: 128, Arrival: came, Start: came, Departure: came, Delivery: came, Lost: lost,
		})
		r.onArrival(came, rtpPacket, false)
		got := r.snapshot(11*time.Second, 0)
		if len(got.Sent) != 1 || got.Sent[0].At != 0 || got.Duration != time.Second {
			t.Errorf("%s: sent %+v, in %v", name, got.Sent, got.Duration)
		}
		if lost != (len(got.Received) == 0) || !lost && got.Received[0].At != passedOn-came {
			t.Errorf("%s: received %+v", name, got.Received)
		}
	}
}

// A REMB counts from when it comes to the browser, and they keep their order when the delay shrinks.
func TestRecorderREMBs(t *testing.T) {
	r := &recorder{}
	r.onLink(0, Link{Delay: time.Second})
	r.onArrival(0, rtpPacket, false)
	r.onREMB(time.Second, 1)
	r.onLink(time.Second, Link{})
	r.onREMB(1500*time.Millisecond, 2)
	r.onREMB(2500*time.Millisecond, 3)
	r.onLink(2500*time.Millisecond, Link{Delay: time.Second})
	r.onREMB(2600*time.Millisecond, 4) // still on its way
	got := r.snapshot(3*time.Second, 0).REMBs
	want := []time.Duration{2 * time.Second, 2 * time.Second, 2500 * time.Millisecond}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i, at := range want {
		if got[i].At != at || got[i].Bps != float64(i+1) {
			t.Errorf("%v", got[i])
		}
	}
}
