package browsercall

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtcp"
)

// knowingInterval is libwebrtc's least time between REMBs that do not lower the rate.
const knowingInterval = 200 * time.Millisecond

// SetSource changes who decides what REMBs say, at once.
func (c *Call) SetSource(source REMBSource) error {
	source, err := source.complete()
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.source = source
	c.mu.Unlock()
	c.tap.mu.Lock()
	c.tap.keepsBack = source.Kind != SourceLibremb
	c.tap.mu.Unlock()
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
		bitrate, ok := c.known()
		if !ok || len(streams) == 0 {
			continue
		}
		// An error says that the connection is not up yet, or no more.
		_ = c.tap.send(&rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: ssrc, Bitrate: float32(bitrate), SSRCs: streams})
	}
}

// known is what a knowing receiver says, if it decides.
func (c *Call) known() (bitrate float64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.source.Kind != SourceKnowing {
		return 0, false
	}
	capacity := c.link.CapacityBps
	if capacity == 0 {
		capacity = MaxCapacityBps
	}
	bitrate = c.source.Factor * float64(capacity)
	if c.maxBitrate > 0 {
		bitrate = min(bitrate, float64(c.maxBitrate))
	}
	return bitrate, true
}
