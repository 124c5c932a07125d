package rembsender

import (
	"math"
	"time"
)

// What a browser's sending side does with REMB, as measured in Chromium and written in libwebrtc's
// SendSideBandwidthEstimation.
const (
	// startPhase, after the first packet, is when a REMB is jumped to, unless loss has been reported.
	startPhase = 2600 * time.Millisecond
	// growthPerSecond applies below lowLoss.
	growthPerSecond = 1.08
	lowLoss         = 0.02
	// Above highLoss the rate is multiplied by 1 - lossFactor * loss; between the two it is held.
	highLoss   = 0.10
	lossFactor = 0.5
	// reportExpiry is how long a receiver report allows the rate to grow.
	reportExpiry = 6 * time.Second
	// minRate is the lowest target, whatever the REMB.
	minRate = 5_000
)

// RateControl finds the rate at which a browser that takes REMB would send: the lowest of the last REMB,
// of its own loss-based control and of what its encoder is allowed. A REMB does not lower that control's rate: when it
// rises again it is followed at once, as far as that rate goes, as docs/browser.md has measured.
//
// Times are since one moment of the caller's choice and do not go back.
type RateControl struct {
	maxRate float64
	own     float64 // the loss-based control's
	remb    float64 // the last one; +Inf while there is none, or for a REMB of 0

	started    bool
	startedAt  time.Duration
	lossSeen   bool
	loss       float64
	reportedAt time.Duration
	updatedAt  time.Duration
	reported   bool
}

// NewRateControl starts at the given rate; both are in bit/s.
func NewRateControl(startRate, maxRate int64) *RateControl {
	return &RateControl{own: float64(startRate), maxRate: float64(maxRate), remb: math.Inf(1)}
}

// Target is the rate to send at, in bit/s of payload and padding.
func (c *RateControl) Target() int64 { return int64(max(minRate, min(c.own, c.remb))) }

// REMB is the last one that came, 0 for none.
func (c *RateControl) REMB() int64 {
	if math.IsInf(c.remb, 1) {
		return 0
	}
	return int64(c.remb)
}

// OnFirstPacket starts the clock of the start phase. A REMB that came earlier counts in it.
func (c *RateControl) OnFirstPacket(now time.Duration) {
	if c.started {
		return
	}
	c.started, c.startedAt, c.updatedAt = true, now, now
	c.jump(now)
}

// OnREMB takes a REMB. A REMB of 0 means no limit.
func (c *RateControl) OnREMB(now time.Duration, bps float64) {
	c.Update(now)
	if c.remb = bps; bps <= 0 {
		c.remb = math.Inf(1)
	}
	c.jump(now)
}

// OnReport takes the fraction lost of a receiver report, in 1/256.
func (c *RateControl) OnReport(now time.Duration, fractionLost uint8) {
	c.Update(now)
	c.loss = float64(fractionLost) / 256
	c.reported, c.reportedAt = true, now
	if fractionLost > 0 {
		c.lossSeen = true
	}
	if c.loss > highLoss {
		c.own = max(minRate, c.own*(1-lossFactor*c.loss))
	}
}

// Update lets the rate grow for the time that has passed.
func (c *RateControl) Update(now time.Duration) {
	elapsed := now - c.updatedAt
	c.updatedAt = now
	if !c.started || !c.reported || now-c.reportedAt > reportExpiry || c.loss > lowLoss {
		return
	}
	c.own = min(c.own*math.Pow(growthPerSecond, elapsed.Seconds()), c.maxRate)
}

// jump goes straight to the REMB in the start phase.
func (c *RateControl) jump(now time.Duration) {
	if c.started && now-c.startedAt <= startPhase && !c.lossSeen && !math.IsInf(c.remb, 1) {
		c.own = min(max(c.own, c.remb), c.maxRate)
	}
}
