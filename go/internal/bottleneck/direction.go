package bottleneck

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libremb/libremb/go/internal/finetimer"
)

// maxDatagram is the longest UDP payload.
const maxDatagram = 65507

// direction is one way through a relay: a goroutine reads into the link, another writes what comes out.
type direction struct {
	relay      *Relay
	in, out    *net.UDPConn
	from, to   *atomic.Pointer[netip.AddrPort]
	greeting   func(datagram []byte) bool // tells who from is, as long as that is not known
	onArrival  func(at time.Duration, datagram []byte, dropped bool)
	onDelivery func(at time.Duration, packet Packet)

	mu    sync.Mutex
	link  *Link
	timer *finetimer.Timer
}

func newDirection(
	relay *Relay, config LinkConfig, in, out *net.UDPConn, from, to *atomic.Pointer[netip.AddrPort],
) (*direction, error) {
	timer, err := finetimer.New()
	if err != nil {
		return nil, err
	}
	return &direction{relay: relay, in: in, out: out, from: from, to: to, link: NewLink(config), timer: timer}, nil
}

// read puts datagrams into the link until the socket is closed.
func (d *direction) read() {
	buffer := make([]byte, maxDatagram)
	for {
		n, from, err := d.in.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if !d.knows(from, buffer[:n]) {
			continue
		}
		datagram := append([]byte(nil), buffer[:n]...)
		d.mu.Lock()
		now := d.relay.Now()
		accepted := d.link.Send(now, datagram, n+HeaderBytes)
		d.schedule()
		d.mu.Unlock()
		if d.onArrival != nil {
			d.onArrival(now, datagram, !accepted)
		}
	}
}

// knows reports whether a datagram comes from the peer.
func (d *direction) knows(from netip.AddrPort, datagram []byte) bool {
	if peer := d.from.Load(); peer != nil {
		return *peer == from
	}
	if d.greeting == nil || !d.greeting(datagram) {
		return false
	}
	d.from.Store(&from)
	return true
}

// write takes datagrams out of the link, each as soon as it has come through, until the timer is closed.
func (d *direction) write() {
	for d.timer.Wait() == nil {
		for {
			d.mu.Lock()
			now := d.relay.Now()
			packet, ok := d.link.Receive(now)
			if !ok {
				d.schedule()
			}
			d.mu.Unlock()
			if !ok {
				break
			}
			if to := d.to.Load(); to != nil && !packet.Lost {
				// An error says that the peer is gone or the socket is closed; a network would not tell either.
				_, _ = d.out.WriteToUDPAddrPort(packet.Data, *to)
			}
			if d.onDelivery != nil {
				d.onDelivery(now, packet)
			}
		}
	}
}

func (d *direction) set(config LinkConfig) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.link.Set(d.relay.Now(), config)
	d.schedule()
}

// schedule sets the timer to the link's next event. The caller holds the lock.
func (d *direction) schedule() {
	if next, ok := d.link.Next(); ok {
		d.timer.Set(next - d.relay.Now())
	}
}
