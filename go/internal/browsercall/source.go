package browsercall

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtcp"
)

// knowingInterval is libwebrtc's least time between REMBs that do not lower the rate.
const knowingInterval = 200 * time.Millisecond

// Source returns who decides what REMBs say. Nothing of it is left to a default.
func (c *Call) Source() REMBSource {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.source
}

// SetSource changes who decides what REMBs say, at once.
func (c *Call) SetSource(source REMBSource) error {
	source, err := source.complete()
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.source = source
	if source.Kind == SourceLibremb {
		c.estimator.Resume()
	} else {
		c.estimator.Pause()
	}
	c.wakeSource()
	return nil
}

// wakeSource has a knowing receiver tell what has changed.
func (c *Call) wakeSource() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// know writes the REMBs of a knowing receiver while it decides.
func (c *Call) know() {
	ticker := time.NewTicker(knowingInterval)
	defer ticker.Stop()
	ssrc := rand.Uint32()
	for {
		select {
		case <-c.done:
			return
		case <-ticker.C:
		case <-c.wake:
		}
		streams := c.estimator.SSRCs()
		bitrate, ok := c.knowledge()
		if !ok || len(streams) == 0 {
			continue
		}
		// An error says that the connection is not up yet, or no more.
		_ = c.tap.send(&rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: ssrc, Bitrate: float32(bitrate), SSRCs: streams})
	}
}

// knowledge is what a knowing receiver says, if it decides.
func (c *Call) knowledge() (bitrate float64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.source.Kind != SourceKnowing {
		return 0, false
	}
	bitrate = c.source.Factor * float64(known(c.link.CapacityBps))
	if c.maxBitrate > 0 {
		bitrate = min(bitrate, float64(c.maxBitrate))
	}
	return bitrate, true
}

// known is a capacity as a number that says as much.
func known(capacity int64) int64 {
	if capacity == 0 {
		return MaxCapacityBps
	}
	return capacity
}
