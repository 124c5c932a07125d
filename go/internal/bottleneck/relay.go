package bottleneck

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// RelayConfig describes a Relay.
type RelayConfig struct {
	// Forward is the path from A to B, Reverse the way back.
	Forward, Reverse LinkConfig
	// ListenA is the address that A sends to; the zero value is 127.0.0.1. B's is always on loopback.
	ListenA netip.Addr
	// OnArrival, if not nil, is told of each datagram from A, and whether the queue drops it. OnDelivery
	// is told of each that is passed on to B, or was lost on its way, and when that really happened. Both must
	// be quick, and must not keep or change the data; they are called from two goroutines.
	OnArrival  func(at time.Duration, datagram []byte, dropped bool)
	OnDelivery func(at time.Duration, packet Packet)
}

// Relay passes UDP datagrams between two peers, A and B, over two emulated links. It has a socket for each
// peer, so that to either the relay looks like the other. All methods may be called by any goroutine.
type Relay struct {
	epoch            time.Time
	socketA, socketB *net.UDPConn
	forward, reverse *direction
	running          sync.WaitGroup
	// Where the peers are; nil as long as that is not known.
	peerA, peerB atomic.Pointer[netip.AddrPort]
}

// NewRelay opens the sockets. Nothing passes before Connect or Await.
func NewRelay(config RelayConfig) (*Relay, error) {
	r := &Relay{epoch: time.Now()}
	var err error
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	if !config.ListenA.IsValid() {
		config.ListenA = loopback
	}
	if r.socketA, err = listen(config.ListenA); err == nil {
		r.socketB, err = listen(loopback)
	}
	if err == nil {
		r.forward, err = newDirection(r, config.Forward, r.socketA, r.socketB, &r.peerA, &r.peerB)
	}
	if err == nil {
		r.reverse, err = newDirection(r, config.Reverse, r.socketB, r.socketA, &r.peerB, &r.peerA)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("relay: %w", err), r.Close())
	}
	r.forward.onArrival, r.forward.onDelivery = config.OnArrival, config.OnDelivery
	return r, nil
}

func listen(address netip.Addr) (*net.UDPConn, error) {
	network := "udp4"
	if address.Is6() {
		network = "udp6"
	}
	return net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(address, 0)))
}

// AddrForA is where A sends what is meant for B, AddrForB the reverse.
func (r *Relay) AddrForA() netip.AddrPort { return r.socketA.LocalAddr().(*net.UDPAddr).AddrPort() }

// AddrForB is where B sends what is meant for A.
func (r *Relay) AddrForB() netip.AddrPort { return r.socketB.LocalAddr().(*net.UDPAddr).AddrPort() }

// Connect starts passing datagrams between the peers at these addresses; what comes from elsewhere is
// ignored. Call it, or Await, once.
func (r *Relay) Connect(a, b netip.AddrPort) {
	r.peerA.Store(&a)
	r.start(b)
}

// Await is Connect for an A whose address is not known: whoever first sends a datagram that greeting says yes
// to is A. What comes before that is ignored.
func (r *Relay) Await(greeting func(datagram []byte) bool, b netip.AddrPort) {
	r.forward.greeting = greeting
	r.start(b)
}

func (r *Relay) start(b netip.AddrPort) {
	r.peerB.Store(&b)
	for _, run := range []func(){r.forward.read, r.forward.write, r.reverse.read, r.reverse.write} {
		r.running.Go(run)
	}
}

// PeerA is A's address, not valid as long as it is not known.
func (r *Relay) PeerA() netip.AddrPort {
	if a := r.peerA.Load(); a != nil {
		return *a
	}
	return netip.AddrPort{}
}

// Set changes the paths now, as [Link.Set] says.
func (r *Relay) Set(forward, reverse LinkConfig) {
	r.forward.set(forward)
	r.reverse.set(reverse)
}

// Now is the time of the relay's clock, in which all its times are given.
func (r *Relay) Now() time.Duration { return time.Since(r.epoch) }

// Follow plans changes of the forward capacity.
func (r *Relay) Follow(steps []Step) {
	r.forward.mu.Lock()
	defer r.forward.mu.Unlock()
	r.forward.link.Follow(steps)
	r.forward.schedule()
}

// Backlog is how long a packet from A would have to wait now.
func (r *Relay) Backlog() time.Duration {
	r.forward.mu.Lock()
	defer r.forward.mu.Unlock()
	return r.forward.link.Backlog(r.Now())
}

// Close stops the relay and waits until nothing of it runs any more. Datagrams on their way are lost.
func (r *Relay) Close() error {
	var errs []error
	for _, socket := range []*net.UDPConn{r.socketA, r.socketB} {
		if socket != nil {
			errs = append(errs, socket.Close())
		}
	}
	for _, d := range []*direction{r.forward, r.reverse} {
		if d != nil {
			errs = append(errs, d.timer.Close())
		}
	}
	r.running.Wait()
	return errors.Join(errs...)
}
