//go:build cgo && linux

package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/democall"
	"github.com/libremb/libremb/go/internal/relaypeer"
	"github.com/libremb/libremb/go/internal/rembsender"
	"github.com/libremb/libremb/go/internal/wallclock"
)

const (
	capacity = 1_000_000 // bit/s of the bottleneck
	delay    = 25 * time.Millisecond
	queue    = 300 * time.Millisecond
	maxRate  = 2_500_000 // bit/s of the source: REMB alone holds it back
)

// call is a sender in this process and a receiver in one of its own, with a bottleneck between.
type call struct {
	relay    *bottleneck.Relay
	track    *rembsender.Track
	sender   *webrtc.PeerConnection
	receiver *exec.Cmd
	orders   io.WriteCloser
	answers  *json.Decoder
	stderr   bytes.Buffer
	running  sync.WaitGroup
	// noWallClock is why the receiver cannot have a wall clock of its own.
	noWallClock string

	mu    sync.Mutex
	sent  []callrecord.Sent // in the relay's time, as all is
	rembs []callrecord.Rate
	late  []time.Duration // by which packets were delivered later than the emulated path says: this machine's fault
}

// dial makes a call. After an error, too, it is to be hung up.
func dial(ctx context.Context, first order, ownWallClock bool) (c *call, err error) {
	c = &call{}
	if c.relay, err = bottleneck.NewRelay(bottleneck.RelayConfig{
		Forward: bottleneck.LinkConfig{Bps: capacity, Queue: queue, Delay: delay},
		Reverse: bottleneck.LinkConfig{Delay: delay}, OnArrival: c.onArrival, OnDelivery: c.onDelivery,
	}); err != nil {
		return c, err
	}
	if c.track, err = rembsender.New(rembsender.Config{
		StartRate: democall.DefaultStartRate, MaxRate: maxRate, Seed: 1, Now: c.relay.Now, OnREMB: c.onREMB,
	}); err != nil {
		return c, err
	}
	if c.sender, err = democall.NewSender(c.track); err != nil {
		return c, err
	}
	connected := relaypeer.Connecting(c.sender)
	if err := c.startReceiver(ownWallClock); err != nil {
		return c, err
	}
	if err := c.negotiate(ctx, first); err != nil {
		return c, err
	}
	if err := connected(ctx); err != nil {
		return c, err
	}
	for _, sender := range c.sender.GetSenders() {
		c.running.Go(func() { c.track.ReadRTCP(sender) })
	}
	c.track.Start(c.relay.Now())
	return c, nil
}

// startReceiver starts this program once more, on demand with a wall clock of its own.
func (c *call) startReceiver(ownWallClock bool) (err error) {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	c.receiver = exec.Command(program)
	c.receiver.Env = append(os.Environ(), receiverEnv+"=1")
	if ownWallClock {
		c.receiver.Env = append(c.receiver.Env, wallclock.Env+"=1")
	}
	c.receiver.Stderr = &c.stderr
	if c.orders, err = c.receiver.StdinPipe(); err != nil {
		return err
	}
	out, err := c.receiver.StdoutPipe()
	if err != nil {
		return err
	}
	c.answers = json.NewDecoder(out)
	return c.receiver.Start()
}

func (c *call) negotiate(ctx context.Context, first order) error {
	offer, err := c.sender.CreateOffer(nil)
	if err != nil {
		return err
	}
	if offer, err = relaypeer.Describe(ctx, c.sender, offer); err != nil {
		return err
	}
	sdp, sender, err := relaypeer.ThroughRelay(offer.SDP, c.relay.AddrForB())
	if err != nil {
		return err
	}
	first.Offer = sdp
	if err := c.tell(first); err != nil {
		return err
	}
	var a answer
	if err := c.answers.Decode(&a); err != nil {
		return fmt.Errorf("the receiver gives no answer: %w", err)
	}
	c.noWallClock = a.NoWallClock
	sdp, receiver, err := relaypeer.ThroughRelay(a.SDP, c.relay.AddrForA())
	if err != nil {
		return err
	}
	c.relay.Connect(sender, receiver)
	return c.sender.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp})
}

func (c *call) tell(o order) error { return json.NewEncoder(c.orders).Encode(o) }

func (c *call) onArrival(at time.Duration, datagram []byte, dropped bool) {
	if !relaypeer.IsRTP(datagram) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, callrecord.Sent{At: at, Bytes: len(datagram) + bottleneck.HeaderBytes, Dropped: dropped})
}

func (c *call) onDelivery(at time.Duration, packet bottleneck.Packet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.late = append(c.late, at-packet.Delivery)
}

func (c *call) onREMB(at time.Duration, bps float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rembs = append(c.rembs, callrecord.Rate{At: at, Bps: bps})
}

// hangUp ends the call and returns what the receiver says of it. That also fails if the receiver has panicked, or has
// left goroutines behind.
func (c *call) hangUp() (r report, err error) {
	var errs []error
	if c.track != nil {
		errs = append(errs, c.track.Close())
	}
	if c.receiver != nil && c.receiver.Process != nil {
		errs = append(errs, c.orders.Close(), c.answers.Decode(&r))
		if err := c.receiver.Wait(); err != nil {
			errs = append(errs, fmt.Errorf("the receiver: %w\n%s", err, &c.stderr))
		}
	}
	if c.sender != nil {
		errs = append(errs, c.sender.GracefulClose())
	}
	if c.relay != nil {
		errs = append(errs, c.relay.Close())
	}
	c.running.Wait()
	return r, errors.Join(errs...)
}

// rate is what was sent from one time to another, in bit/s.
func (c *call) rate(from, to time.Duration) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	bytes := 0
	for _, p := range c.sent {
		if p.At >= from && p.At < to {
			bytes += p.Bytes
		}
	}
	return float64(bytes) * 8 / (to - from).Seconds()
}

// lastREMB is the last one that came before a time; 0 if there was none.
func (c *call) lastREMB(before time.Duration) (last callrecord.Rate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.rembs {
		if r.At < before {
			last = r
		}
	}
	return last
}
