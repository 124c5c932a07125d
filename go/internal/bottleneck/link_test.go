package bottleneck

import (
	"math/rand/v2"
	"slices"
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
	config := LinkConfig{Bps: 2_000_000, Queue: 60 * ms, Delay: 20 * ms, Loss: 0.02, Seed: 1}
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
		packet, ok := lazy.Receive(time.Hour)
		if !ok || packet.Start != want.Start || packet.Delivery != want.Delivery || packet.Lost != want.Lost {
			t.Fatalf("packet %d: %+v, not %+v", i, packet, want)
		}
	}
}

// A change at 15 ms, when the first packet of 10 ms is on its way, the second half sent, the third in the queue.
func TestSet(t *testing.T) {
	for _, c := range []struct {
		name   string
		config LinkConfig
		want   [3]time.Duration // deliveries
	}{
		{"nothing", LinkConfig{Bps: 1_000_000, Delay: 40 * ms}, [3]time.Duration{50 * ms, 60 * ms, 70 * ms}},
		{"longer delay", LinkConfig{Bps: 1_000_000, Delay: 60 * ms}, [3]time.Duration{50 * ms, 80 * ms, 90 * ms}},
		// The second would be there after 30 ms, before the first.
		{"shorter delay", LinkConfig{Bps: 1_000_000, Delay: 10 * ms}, [3]time.Duration{50 * ms, 50 * ms, 50 * ms}},
		{"slightly shorter delay", LinkConfig{Bps: 1_000_000, Delay: 35 * ms}, [3]time.Duration{50 * ms, 55 * ms, 65 * ms}},
		{"all", LinkConfig{Bps: 500_000, Delay: 60 * ms}, [3]time.Duration{50 * ms, 85 * ms, 105 * ms}},
		{"unlimited", LinkConfig{Delay: 60 * ms}, [3]time.Duration{50 * ms, 75 * ms, 75 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			link := NewLink(LinkConfig{Bps: 1_000_000, Queue: 300 * ms, Delay: 40 * ms})
			for range 3 {
				link.Send(0, nil, 1250)
			}
			link.Set(15*ms, c.config)
			for i, want := range c.want {
				if at, _ := link.Next(); at != want {
					t.Errorf("packet %d comes at %v, not %v", i, at, want)
				}
				if _, early := link.Receive(want - 1); early && want != c.want[max(0, i-1)] {
					t.Errorf("packet %d comes early", i)
				}
				if packet, ok := link.Receive(want); !ok || packet.Delivery != want {
					t.Errorf("packet %d is said to come at %v, not %v", i, packet.Delivery, want)
				}
			}
		})
	}
}

func TestSetChangesQueueAndLoss(t *testing.T) {
	link := NewLink(LinkConfig{Bps: 1_000_000, Queue: 300 * ms})
	for range 10 {
		link.Send(0, nil, 1250)
	}
	link.Set(1, LinkConfig{Bps: 1_000_000, Queue: 50 * ms, Loss: 1})
	if link.Send(2, nil, 1250) {
		t.Error("let in behind 100 ms")
	}
	if !link.Send(50*ms, nil, 1250) {
		t.Error("not let in behind 50 ms")
	}
	for i := range 11 {
		if packet, ok := link.Receive(time.Second); !ok || packet.Lost != (i == 10) {
			t.Errorf("packet %d: %+v", i, packet)
		}
	}
}

// A planned change still comes, from what was set in the meantime.
func TestSetKeepsThePlan(t *testing.T) {
	link := NewLink(LinkConfig{Bps: 1_000_000, Queue: 300 * ms})
	link.Follow([]Step{{At: 20 * ms, Bps: 2_000_000}})
	link.Set(0, LinkConfig{Bps: 500_000, Queue: 300 * ms, Delay: 5 * ms})
	link.Send(0, nil, 2500) // 40 ms, from 20 ms on at four times the rate
	drain(t, link, []crossing{{0, 25 * ms}}, 5*ms)
	link.Send(25*ms, nil, 2500)
	drain(t, link, []crossing{{25 * ms, 35 * ms}}, 5*ms)
}

// Of 100 000 packets 1 % get lost, within 5 standard deviations of 31; another seed loses others.
func TestLoss(t *testing.T) {
	lose := func(seed uint64) (lost []int) {
		link := NewLink(LinkConfig{Bps: 1_000_000, Loss: 0.01, Seed: seed})
		for i := range 100_000 {
			now := time.Duration(i) * 10 * ms
			if !link.Send(now, nil, 1250) {
				t.Fatal("dropped")
			}
			if packet, ok := link.Receive(now + 10*ms); !ok || packet.Delivery != now+10*ms {
				t.Fatalf("%+v", packet)
			} else if packet.Lost {
				lost = append(lost, i)
			}
		}
		return lost
	}
	first := lose(1)
	if n := len(first); n < 850 || n > 1150 {
		t.Errorf("%d packets were lost", n)
	}
	if !slices.Equal(first, lose(1)) {
		t.Error("the same seed loses others")
	}
	if slices.Equal(first, lose(2)) {
		t.Error("another seed loses the same")
	}
}

// However the link changes, what is accepted comes through, in order, at times that do not go back, and none before its
// last bit has left.
func TestNeverReorders(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	link := NewLink(LinkConfig{Bps: 1_000_000, Queue: 100 * ms, Delay: 50 * ms})
	sent, received, now, last := 0, 0, time.Duration(0), time.Duration(0)
	for range 20_000 {
		now += time.Duration(random.IntN(int(3 * ms)))
		if random.IntN(10) == 0 {
			link.Set(now, LinkConfig{
				Bps: int64(random.IntN(5)) * 500_000, Queue: 100 * ms, Delay: time.Duration(random.IntN(int(80 * ms))),
			})
		}
		if link.Send(now, []byte{byte(sent)}, 100+random.IntN(1200)) {
			sent++
		}
		for packet, ok := link.Receive(now); ok; packet, ok = link.Receive(now) {
			if packet.Data[0] != byte(received) {
				t.Fatalf("packet %d comes in the place of %d", packet.Data[0], byte(received))
			}
			if packet.Delivery < last || packet.Delivery < packet.Departure || packet.Departure < packet.Start ||
				packet.Start < packet.Arrival {
				t.Fatalf("%+v after %v", packet, last)
			}
			last = packet.Delivery
			received++
		}
	}
	if received < 5000 || sent-received > 200 {
		t.Errorf("%d packets of %d came through", received, sent)
	}
}
