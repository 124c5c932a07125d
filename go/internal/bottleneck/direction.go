package bottleneck

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/libremb/libremb/go/internal/finetimer"
)

// maxDatagram is the longest UDP payload.
const maxDatagram = 65507

// direction is one way through a relay: a goroutine reads into the link, another writes what comes out.
type direction struct {
	relay      *Relay
	in, out    *net.UDPConn
	from, to   netip.AddrPort
	onArrival  func(at time.Duration, datagram []byte, dropped bool)
	onDelivery func(at time.Duration, packet Packet)

	mu    sync.Mutex
	link  *Link
	timer *finetimer.Timer
}

func newDirection(relay *Relay, config LinkConfig, in, out *net.UDPConn) (*direction, error) {
	timer, err := finetimer.New()
	if err != nil {
		return nil, err
	}
	return &direction{relay: relay, in: in, out: out, link: NewLink(config), timer: timer}, nil
}

// read puts datagrams into the link until the socket is closed.
func (d *direction) read() {
	buffer := make([]byte, maxDatagram)
	for {
		n, from, err := d.in.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		if from != d.from {
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
			// An error says that the peer is gone or the socket is closed; a network would not tell either.
			_, _ = d.out.WriteToUDPAddrPort(packet.Data, d.to)
			if d.onDelivery != nil {
				d.onDelivery(now, packet)
			}
		}
	}
}

// schedule sets the timer to the link's next event. The caller holds the lock.
func (d *direction) schedule() {
	if next, ok := d.link.Next(); ok {
		d.timer.Set(next - d.relay.Now())
	}
}
