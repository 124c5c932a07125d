package bottleneck

import (
	"math/rand/v2"
	"testing"
	"time"
)

const ms = time.Millisecond

// crossing is what a test expects of a packet.
type crossing struct{ start, departure time.Duration }

// drain takes everything, hopping from one Next to the following, and checks each delivery.
func drain(t *testing.T, link *Link, want []crossing, delay time.Duration) {
	t.Helper()
	for i, w := range want {
		var packet Packet
		for {
			at, ok := link.Next()
			if !ok {
				t.Fatalf("packet %d never comes", i)
			}
			if packet, ok = link.Receive(at); ok {
				if at != w.departure+delay {
					t.Errorf("packet %d comes at %v, not %v", i, at, w.departure+delay)
				}
				break
			}
			if _, early := link.Receive(at - 1); early {
				t.Errorf("packet %d comes early", i)
			}
		}
		if packet.Start != w.start || packet.Departure != w.departure {
			t.Errorf("packet %d is on the link from %v to %v, not %v to %v", i, packet.Start,
				packet.Departure, w.start, w.departure)
		}
	}
	if _, more := link.Next(); more {
		t.Error("more packets than expected")
	}
}

func TestSerialisesBackToBack(t *testing.T) {
	link := NewLink(LinkConfig{Bps: 1_000_000, Queue: 300 * ms, Delay: 50 * ms})
	// 1250 bytes take 10 ms: two at once, one into the busy link, one after it has been idle.
	for _, at := range []time.Duration{0, 0, 15 * ms, 47*ms + 123} {
		if !link.Send(at, nil, 1250) {
			t.Fatalf("dropped at %v", at)
		}
	}
	drain(t, link, []crossing{
		{0, 10 * ms}, {10 * ms, 20 * ms}, {20 * ms, 30 * ms}, {47*ms + 123, 57*ms + 123},
	}, 50*ms)
}

func TestRoundsUpToTheNanosecond(t *testing.T) {
	link := NewLink(LinkConfig{Bps: 3_000_000, Queue: time.Second})
	link.Send(0, nil, 100) // 266 666.67 ns
	link.Send(0, nil, 100)
	drain(t, link, []crossing{{0, 266_667}, {266_667, 533_334}}, 0)
}

func TestDropsWhatWouldWaitLonger(t *testing.T) {
	link := NewLink(LinkConfig{Bps: 1_000_000, Queue: 300 * ms})
	for i := range 31 { // the 31st waits for 30 others: exactly 300 ms
		if !link.Send(0, nil, 1250) {
			t.Fatalf("packet %d is dropped", i)
		}
	}
	if link.Send(0, nil, 1250) {
		t.Error("a packet that would wait 310 ms is let in")
	}
	if link.Send(10*ms-1, nil, 1) {
		t.Error("one that would wait a nanosecond too long is let in")
	}
	if got := link.Backlog(10 * ms); got != 300*ms {
		t.Errorf("backlog %v", got)
	}
	if !link.Send(10*ms, nil, 1250) {
		t.Error("one that would wait 300 ms is dropped")
	}
}

func TestChangeOfCapacityTimesTheBacklogAfresh(t *testing.T) {
	for _, c := range []struct {
		name string
		bps  int64
		want []crossing
	}{
		// At 15 ms the second packet is half sent.
		{"down", 500_000, []crossing{{0, 10 * ms}, {10 * ms, 25 * ms}, {25 * ms, 45 * ms}}},
		{"up", 2_000_000, []crossing{{0, 10 * ms}, {10 * ms, 17*ms + ms/2}, {17*ms + ms/2, 22*ms + ms/2}}},
		{"same", 1_000_000, []crossing{{0, 10 * ms}, {10 * ms, 20 * ms}, {20 * ms, 30 * ms}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			link := NewLink(LinkConfig{Bps: 1_000_000, Queue: 300 * ms, Delay: 5 * ms})
			link.Follow([]Step{{At: 15 * ms, Bps: c.bps}})
			for range 3 {
				link.Send(0, nil, 1250)
			}
			drain(t, link, c.want, 5*ms)
		})
	}
}

// The queue's limit is a time at the capacity of the moment, and nothing is thrown out of the queue.
func TestQueueLimitFollowsTheCapacity(t *testing.T) {
	link := NewLink(LinkConfig{Bps: 1_000_000, Queue: 300 * ms})
	link.Follow([]Step{{At: 1, Bps: 500_000}, {At: 2, Bps: 2_000_000}})
	for range 20 {
		link.Send(0, nil, 1250) // 200 ms
	}
	if link.Send(1, nil, 1250) {
		t.Error("let in before a backlog of 400 ms")
	}
	if !link.Send(2, nil, 1250) {
		t.Error("dropped before a backlog of 100 ms")
	}
	n := 0
	for range 30 {
		if _, ok := link.Receive(time.Second); ok {
			n++
		}
	}
	if n != 21 {
		t.Errorf("%d packets came through, not 21", n)
	}
}

func TestUnlimitedLinkOnlyDelays(t *testing.T) {
	link := NewLink(LinkConfig{Delay: 50 * ms})
	for range 3 {
		link.Send(7*ms, nil, 1500)
	}
	drain(t, link, []crossing{{7 * ms, 7 * ms}, {7 * ms, 7 * ms}, {7 * ms, 7 * ms}}, 50*ms)
}

// However late the calls come, the results are those of a link that is looked at all the time.
func TestLateCallsChangeNothing(t *testing.T) {
	config := LinkConfig{Bps: 2_000_000, Queue: 60 * ms, Delay: 20 * ms}
	steps := []Step{{At: 500 * ms, Bps: 600_000}, {At: 501 * ms, Bps: 700_000}, {At: time.Second, Bps: 2_500_000}}
	eager, lazy := NewLink(config), NewLink(config)
	eager.Follow(steps)
	lazy.Follow(steps)
	random := rand.New(rand.NewPCG(1, 1))
	var got []Packet
	dropped := 0
	for now := time.Duration(0); now < 2*time.Second; now += time.Duration(random.IntN(int(6 * ms))) {
		for at, ok := eager.Next(); ok && at <= now; at, ok = eager.Next() {
			if packet, ok := eager.Receive(at); ok {
				got = append(got, packet)
			}
		}
		size := 100 + random.IntN(1200)
		in := eager.Send(now, nil, size)
		if in != lazy.Send(now, nil, size) {
			t.Fatalf("at %v one link drops and the other does not", now)
		}
		if !in {
			dropped++
		}
	}
	if len(got) < 300 || dropped == 0 {
		t.Fatalf("too easy a test: %d packets through, %d dropped", len(got), dropped)
	}
	for i, want := range got {
		if packet, ok := lazy.Receive(time.Hour); !ok || packet.Start != want.Start || packet.Departure != want.Departure {
			t.Fatalf("packet %d: %+v, not %+v", i, packet, want)
		}
	}
}
