package bottleneck

import (
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// peer opens a UDP socket on loopback.
func peer(t *testing.T) (*net.UDPConn, netip.AddrPort) {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

func startRelay(t *testing.T, config RelayConfig) (relay *Relay, a, b *net.UDPConn) {
	t.Helper()
	a, addrA := peer(t)
	b, addrB := peer(t)
	relay, err := NewRelay(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = relay.Close() })
	relay.Connect(addrA, addrB)
	return relay, a, b
}

func send(t *testing.T, from *net.UDPConn, to netip.AddrPort, number, size int) {
	t.Helper()
	datagram := make([]byte, size)
	binary.BigEndian.PutUint32(datagram, uint32(number))
	if _, err := from.WriteToUDPAddrPort(datagram, to); err != nil {
		t.Fatal(err)
	}
}

func receive(t *testing.T, at *net.UDPConn, want netip.AddrPort) (number int, ok bool) {
	t.Helper()
	buffer := make([]byte, 2000)
	n, from, err := at.ReadFromUDPAddrPort(buffer)
	if err != nil {
		return 0, false
	}
	if n < 4 || from != want {
		t.Fatalf("%d bytes from %v, not from %v", n, from, want)
	}
	return int(binary.BigEndian.Uint32(buffer)), true
}

// 40 packets of 5 ms each (625 bytes at 1 Mbit/s) come at once: the queue holds 100 ms, so that 21 go
// through, 5 ms apart, the first after 5 + 30 ms.
func TestRelayShapesRealTraffic(t *testing.T) {
	var mu sync.Mutex
	var dropped int
	var late []time.Duration
	relay, a, b := startRelay(t, RelayConfig{
		Forward: LinkConfig{Bps: 1_000_000, Queue: 100 * ms, Delay: 30 * ms},
		OnArrival: func(_ time.Duration, _ []byte, drop bool) {
			if drop {
				mu.Lock()
				defer mu.Unlock()
				dropped++
			}
		},
		OnDelivery: func(at time.Duration, packet Packet) {
			mu.Lock()
			defer mu.Unlock()
			late = append(late, at-packet.Departure-30*ms)
		},
	})
	begin := relay.Now()
	for i := range 40 {
		send(t, a, relay.AddrForA(), i, 625-HeaderBytes)
	}
	if err := b.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	got := 0
	for {
		number, ok := receive(t, b, relay.AddrForB())
		if !ok {
			break
		}
		if number != got {
			t.Errorf("packet %d comes in place %d", number, got)
		}
		// The link cannot be faster than its capacity, however slow this machine is.
		if at := relay.Now() - begin; at < time.Duration(got+1)*5*ms+30*ms {
			t.Errorf("packet %d is here after %v", number, at)
		}
		got++
	}
	mu.Lock()
	defer mu.Unlock()
	// On a machine that is held up while it sends, the queue drains meanwhile and takes a few more.
	if got < 21 || got > 25 || dropped != 40-got {
		t.Errorf("%d packets came through and %d were dropped", got, dropped)
	}
	for i, d := range late {
		if d < 0 {
			t.Errorf("packet %d was passed on %v early", i, -d)
		}
	}
}

func TestRelayReverseOnlyDelays(t *testing.T) {
	relay, a, b := startRelay(t, RelayConfig{
		Forward: LinkConfig{Bps: 8000, Queue: 300 * ms},
		Reverse: LinkConfig{Delay: 40 * ms},
		OnArrival: func(time.Duration, []byte, bool) {
			t.Error("the reverse path is not observed")
		},
	})
	begin := time.Now()
	for i := range 20 {
		send(t, b, relay.AddrForB(), i, 1200)
	}
	for i := range 20 {
		if number, _ := receive(t, a, relay.AddrForA()); number != i {
			t.Errorf("packet %d comes in place %d", number, i)
		}
	}
	if took := time.Since(begin); took < 40*ms || took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestRelayIgnoresStrangers(t *testing.T) {
	relay, a, b := startRelay(t, RelayConfig{})
	stranger, _ := peer(t)
	send(t, stranger, relay.AddrForA(), 666, 100)
	time.Sleep(10 * ms)
	send(t, a, relay.AddrForA(), 1, 100)
	if number, _ := receive(t, b, relay.AddrForB()); number != 1 {
		t.Errorf("packet %d came through", number)
	}
}

// A rise of the capacity brings forward what is queued; the relay must not sleep past it.
func TestRelayFollowsChangesOfCapacity(t *testing.T) {
	relay, a, b := startRelay(t, RelayConfig{Forward: LinkConfig{Bps: 1000, Queue: time.Hour}})
	relay.Follow([]Step{{At: relay.Now() + 50*ms, Bps: 10_000_000}})
	send(t, a, relay.AddrForA(), 1, 1200) // would take 9.8 s
	time.Sleep(10 * ms)
	if relay.Backlog() < time.Second {
		t.Errorf("backlog %v", relay.Backlog())
	}
	if err := b.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, ok := receive(t, b, relay.AddrForB()); !ok {
		t.Error("it did not come")
	}
}

func TestRelayClosesWithPacketsOnTheirWay(t *testing.T) {
	relay, a, _ := startRelay(t, RelayConfig{Forward: LinkConfig{Bps: 1000, Queue: time.Hour}})
	send(t, a, relay.AddrForA(), 1, 1200)
	if err := relay.Close(); err != nil {
		t.Error(err)
	}
}

func TestRelayLearnsWhereAIs(t *testing.T) {
	a, _ := peer(t)
	b, addrB := peer(t)
	stranger, _ := peer(t)
	relay, err := NewRelay(RelayConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = relay.Close() })
	relay.Await(func(datagram []byte) bool { return len(datagram) == 50 }, addrB)
	send(t, b, relay.AddrForB(), 7, 100) // for nobody
	send(t, stranger, relay.AddrForA(), 666, 100)
	time.Sleep(10 * ms)
	if relay.PeerA().IsValid() {
		t.Errorf("A is taken to be %v", relay.PeerA())
	}
	send(t, a, relay.AddrForA(), 1, 50)
	if number, _ := receive(t, b, relay.AddrForB()); number != 1 {
		t.Errorf("packet %d came through", number)
	}
	send(t, stranger, relay.AddrForA(), 666, 50) // too late to be A
	send(t, a, relay.AddrForA(), 2, 100)
	if number, _ := receive(t, b, relay.AddrForB()); number != 2 {
		t.Errorf("packet %d came through", number)
	}
	send(t, b, relay.AddrForB(), 3, 100)
	if number, _ := receive(t, a, relay.AddrForA()); number != 3 {
		t.Errorf("packet %d came back", number)
	}
	if got := relay.PeerA(); got != a.LocalAddr().(*net.UDPAddr).AddrPort() {
		t.Errorf("A is taken to be %v", got)
	}
}

// A change of the delay holds for what leaves the queue from then on, and nothing overtakes.
func TestRelayChangesBothWays(t *testing.T) {
	lost := make(chan bool, 100)
	relay, a, b := startRelay(t, RelayConfig{
		Forward:    LinkConfig{Delay: time.Hour},
		OnDelivery: func(_ time.Duration, packet Packet) { lost <- packet.Lost },
	})
	send(t, a, relay.AddrForA(), 1, 100)
	time.Sleep(10 * ms)
	relay.Set(LinkConfig{Loss: 1}, LinkConfig{Delay: 30 * ms})
	begin := time.Now()
	send(t, b, relay.AddrForB(), 2, 100)
	if number, _ := receive(t, a, relay.AddrForA()); number != 2 || time.Since(begin) < 30*ms {
		t.Errorf("packet %d came back after %v", number, time.Since(begin))
	}
	send(t, a, relay.AddrForA(), 3, 100)
	time.Sleep(10 * ms)
	if len(lost) > 0 {
		t.Error("a packet overtakes one that takes an hour")
	}
}

func TestRelayTellsOfLosses(t *testing.T) {
	lost := make(chan bool, 100)
	relay, a, b := startRelay(t, RelayConfig{
		Forward:    LinkConfig{Loss: 1},
		OnDelivery: func(_ time.Duration, packet Packet) { lost <- packet.Lost },
	})
	send(t, a, relay.AddrForA(), 1, 100)
	if !<-lost {
		t.Error("a packet is not lost")
	}
	relay.Set(LinkConfig{}, LinkConfig{})
	send(t, a, relay.AddrForA(), 2, 100)
	if number, _ := receive(t, b, relay.AddrForB()); number != 2 || <-lost {
		t.Errorf("packet %d came through", number)
	}
}

func TestRelayListensElsewhere(t *testing.T) {
	relay, err := NewRelay(RelayConfig{ListenA: netip.IPv6Loopback()})
	if err != nil {
		t.Skip("no IPv6 here: ", err)
	}
	defer func() { _ = relay.Close() }()
	if a, b := relay.AddrForA().Addr(), relay.AddrForB().Addr(); a != netip.IPv6Loopback() || !b.Is4() {
		t.Errorf("listens at %v and %v", a, b)
	}
}
