package democall

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/rembsender"
)

const (
	// connectTimeout is generous: it takes about ten one-way delays.
	connectTimeout = 20 * time.Second
	// lookInterval is how often the estimator is looked at, for the record.
	lookInterval = 20 * time.Millisecond
	// lead is the time between planning the call and its first packet.
	lead = 50 * time.Millisecond
)

// Run makes a call and returns what happened. If ctx ends during the call, the recording is of the call
// so far, and that is no error.
func Run(ctx context.Context, config Config) (_ *callrecord.Recording, err error) {
	if config.StartRate == 0 {
		config.StartRate = DefaultStartRate
	}
	c := &call{config: config, recorder: &recorder{linkDelay: config.Delay}}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	return c.run(ctx)
}

// call is a call and what has to be closed at its end.
type call struct {
	config   Config
	recorder *recorder
	relay    *bottleneck.Relay
	track    *rembsender.Track
	sender   *webrtc.PeerConnection
	receiver *receiver
	running  sync.WaitGroup
}

// open connects the two sides.
func (c *call) open(ctx context.Context) (err error) {
	path := bottleneck.LinkConfig{Delay: c.config.Delay}
	narrow := path
	narrow.Bps, narrow.Queue = int64(c.config.Capacity[0].Bps), c.config.Queue
	if c.relay, err = bottleneck.NewRelay(bottleneck.RelayConfig{
		Forward: narrow, Reverse: path,
		OnArrival: c.recorder.onArrival, OnDelivery: c.recorder.onDelivery,
	}); err != nil {
		return err
	}
	if c.track, err = rembsender.New(rembsender.Config{
		StartRate: c.config.StartRate, MaxRate: c.config.MaxRate, Seed: c.config.Seed,
		Now: c.relay.Now, OnREMB: c.recorder.onREMB,
	}); err != nil {
		return err
	}
	if c.sender, err = NewSender(c.track); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	if c.receiver, err = newReceiver(c.config); err != nil {
		return fmt.Errorf("receiver: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, connectTimeout, errors.New("no connection in time"))
	defer cancel()
	return connect(ctx, c.sender, c.receiver.pc, c.relay)
}

// run has the sender send, and watches.
func (c *call) run(ctx context.Context) (*callrecord.Recording, error) {
	origin := c.relay.Now() + lead
	c.recorder.begin(origin, c.config.Capacity, rembsender.OnWire(c.config.MaxRate))
	var changes []bottleneck.Step
	for _, step := range c.config.Capacity[1:] {
		changes = append(changes, bottleneck.Step{At: origin + step.At, Bps: int64(step.Bps)})
	}
	c.relay.Follow(changes)
	for _, sender := range c.sender.GetSenders() {
		c.running.Go(func() { c.track.ReadRTCP(sender) })
	}
	c.track.Start(origin)

	look := time.NewTicker(lookInterval)
	defer look.Stop()
	nextSecond := time.Second
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return c.recorder.finish(min(c.relay.Now()-origin, c.config.Duration)), nil
		}
		now := c.relay.Now() - origin
		estimate, state := c.receiver.look()
		sender := c.track.Stats()
		c.recorder.estimate(callrecord.Estimate{
			At: min(now, c.config.Duration), Bps: estimate, State: state,
			Target: float64(sender.Target), REMB: float64(sender.REMB),
		})
		for ; nextSecond <= now && nextSecond <= c.config.Duration; nextSecond += time.Second {
			if c.config.OnSecond != nil {
				c.config.OnSecond(c.recorder.second(nextSecond))
			}
		}
		if now >= c.config.Duration {
			return c.recorder.finish(c.config.Duration), nil
		}
	}
}

// close ends everything, also what is only half open, and waits for it.
func (c *call) close() error {
	var errs []error
	if c.track != nil {
		errs = append(errs, c.track.Close())
	}
	if c.sender != nil {
		errs = append(errs, c.sender.GracefulClose())
	}
	if c.receiver != nil {
		errs = append(errs, c.receiver.close())
	}
	if c.relay != nil {
		errs = append(errs, c.relay.Close())
	}
	c.running.Wait()
	return errors.Join(errs...)
}
