package browsercall

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/remb"
)

const (
	// answerTimeout and connectTimeout are generous: gathering is local, and connecting takes about ten one-way delays.
	answerTimeout  = 10 * time.Second
	connectTimeout = 30 * time.Second
	// lookInterval is how often the estimator is looked at, for the record.
	lookInterval = 20 * time.Millisecond
)

// ErrClosed says that the call has ended.
var ErrClosed = errors.New("the call has ended")

// Call is a call. All methods may be called by several goroutines at a time.
type Call struct {
	sourceMax float64
	recorder  *recorder
	tap       *tap
	relay     *bottleneck.Relay
	pc        *webrtc.PeerConnection
	estimator *remb.Estimator
	running   sync.WaitGroup // all goroutines
	wake      chan struct{}  // has the knowing receiver speak at once
	done      chan struct{}
	finish    func() // closes done
	close     func() error

	mu         sync.Mutex
	link       Link
	source     REMBSource
	maxBitrate int
	videos     []webrtc.SSRC
	ended      time.Duration // in the relay's time; 0: it goes on
}

// Answer takes a browser's offer and answers it. No candidates are exchanged besides: the offer's are not used, since
// the receiver learns where the browser is from what it sends, and the answer has one, the entrance of the bottleneck.
// ctx is for the answering alone; the call then lives until Close. Errors name a member of config that is out of range,
// or are Pion's about the offer.
func Answer(ctx context.Context, config Config, offer string) (call *Call, answer string, err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, "", err
	}
	if config, err = config.complete(); err != nil {
		return nil, "", err
	}
	c := &Call{
		sourceMax: float64(config.SourceMax), link: config.Link, maxBitrate: config.MaxBitrate,
		recorder: &recorder{}, wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
	c.finish = sync.OnceFunc(func() { close(c.done) })
	c.close = sync.OnceValue(c.shut)
	ctx, cancel := context.WithTimeoutCause(ctx, answerTimeout, errors.New("no candidate in time"))
	defer cancel()
	if answer, err = c.open(ctx, config, offer); err != nil {
		return nil, "", errors.Join(err, c.Close())
	}
	return c, answer, nil
}

// watch looks at the estimator, for the record, and waits for a browser that does not come.
func (c *Call) watch(connected <-chan struct{}) {
	look := time.NewTicker(lookInterval)
	defer look.Stop()
	deadline := time.NewTimer(connectTimeout)
	defer deadline.Stop()
	for {
		select {
		case <-look.C:
			stats := c.estimator.Stats()
			c.recorder.onLook(c.relay.Now(), float64(stats.TargetBitrate), states[stats.State])
		case <-connected:
			deadline.Stop()
			connected = nil
		case <-deadline.C:
			c.finish()
		case <-c.done:
			c.mu.Lock()
			c.ended = c.relay.Now()
			c.mu.Unlock()
			return
		}
	}
}

var states = map[remb.State]callrecord.State{
	remb.StateUnderusing: callrecord.Underusing, remb.StateOverusing: callrecord.Overusing,
}

// now is the time of the relay, which stops when the call ends.
func (c *Call) now() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended > 0 {
		return c.ended
	}
	return c.relay.Now()
}

// Link returns the emulated path as it is now.
func (c *Call) Link() Link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link
}

// SetLink changes the emulated path, at once. Nothing that is on its way is lost or overtaken by that.
func (c *Call) SetLink(link Link) error {
	if err := link.check(); err != nil {
		return err
	}
	c.mu.Lock()
	c.link = link
	c.relay.Set(forward(link, 0), reverse(link))
	c.recorder.onLink(c.relay.Now(), link)
	c.mu.Unlock()
	c.wakeSource()
	return nil
}

// forward and reverse are the two ways of a path.
func forward(link Link, seed uint64) bottleneck.LinkConfig {
	return bottleneck.LinkConfig{Bps: link.CapacityBps, Queue: link.Queue, Delay: link.Delay, Loss: link.Loss, Seed: seed}
}

func reverse(link Link) bottleneck.LinkConfig { return bottleneck.LinkConfig{Delay: link.Delay} }

// MaxBitrate returns the highest rate that any REMB asks for, in bit/s; 0: no limit, or what Config.Options say.
func (c *Call) MaxBitrate() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.maxBitrate
}

// SetMaxBitrate sets the highest rate that any REMB asks for, in bit/s; 0 is no limit.
func (c *Call) SetMaxBitrate(bitrate int) error {
	if err := c.estimator.SetMaxBitrate(bitrate); err != nil {
		return err
	}
	c.mu.Lock()
	c.maxBitrate = bitrate
	c.mu.Unlock()
	c.wakeSource()
	return nil
}

// RequestKeyFrame asks the browser for a key frame of each video, by PLI.
func (c *Call) RequestKeyFrame() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var packets []rtcp.Packet
	for _, ssrc := range c.videos {
		packets = append(packets, &rtcp.PictureLossIndication{MediaSSRC: uint32(ssrc)})
	}
	return c.pc.WriteRTCP(packets)
}

// AddBrowserStats takes what the page has read from getStats.
func (c *Call) AddBrowserStats(stats BrowserStats) {
	c.recorder.onBrowserStats(c.now(), stats)
}

// BrowserStats returns all that have come, of the last 15 minutes at most.
func (c *Call) BrowserStats() []TimedStats {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	return append([]TimedStats(nil), c.recorder.browser...)
}

// Sample looks at the call now.
func (c *Call) Sample() Sample {
	now := c.now()
	stats := c.estimator.Stats()
	s := Sample{
		T: now.Seconds(), Incoming: stats.IncomingBitrate, Estimate: stats.TargetBitrate, State: stats.State.String(),
		QueueMs:    callrecord.Milliseconds(c.relay.Backlog()),
		Connection: c.pc.ConnectionState().String(), RTTMs: c.rtt(),
	}
	c.recorder.sample(now, &s)
	c.tap.sample(&s)
	return s
}

// rtt is ICE's, in milliseconds.
func (c *Call) rtt() float64 {
	for _, receiver := range c.pc.GetReceivers() {
		if transport := receiver.Transport(); transport != nil {
			if stats, ok := transport.ICETransport().GetSelectedCandidatePairStats(); ok {
				return 1000 * stats.CurrentRoundTripTime
			}
		}
	}
	return 0
}

// Elapsed is the time since the first media packet, 0 before it.
func (c *Call) Elapsed() time.Duration { return c.recorder.sinceBegin(c.now()) }

// Recording returns what has happened since the first media packet, but in the last 15 minutes at most. An unlimited
// link counts as MaxCapacityBps.
func (c *Call) Recording() *callrecord.Recording { return c.recorder.snapshot(c.now(), c.sourceMax) }

// Done is closed when the call has ended: by Close, or since the browser is gone or did not come.
func (c *Call) Done() <-chan struct{} { return c.done }

// Close ends the call and waits until nothing of it runs any more. What was recorded stays.
func (c *Call) Close() error {
	if err := c.close(); err != nil {
		return fmt.Errorf("cannot close the call: %w", err)
	}
	return nil
}
