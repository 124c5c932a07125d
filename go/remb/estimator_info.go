package remb

import (
	"math"
	"time"
)

// SenderSSRC returns the SSRC that REMBs are sent from.
func (e *Estimator) SenderSSRC() uint32 { return e.senderSSRC }

// GetTargetBitrate returns what the sender may send at in bit/s: the estimate within the limits, or 0 if there is none
// yet or no stream has been heard for 2 s.
func (e *Estimator) GetTargetBitrate() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return 0
	}
	return e.core.estimate()
}

// SSRCs returns the streams that a REMB would list now: 255 at most, in numeric order, none silent for 2 s.
func (e *Estimator) SSRCs() []uint32 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	return e.core.ssrcs()
}

// Stats returns a snapshot of all there is to know.
func (e *Estimator) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return Stats{Closed: true}
	}
	stats := Stats{
		MalformedPackets: e.malformed, RefusedPackets: e.refused, REMBsSent: e.rembsSent, WriteErrors: e.writeErrors,
	}
	stats.Paused, stats.RTT = e.hold.paused, e.rtt.inUse
	e.core.stats(&stats, &e.line)
	return stats
}

// SetMaxBitrate sets the highest rate that is asked for, up to 10^12 bit/s; 0 is no limit. It limits what is said, not
// what is measured. Below the last rate sent it makes a REMB due at once. Errors: [ErrClosed], [StatusArgument], also
// for a maximum below the minimum.
func (e *Estimator) SetMaxBitrate(bitrate int) error {
	return e.setLimit(bitrate, core.setMaxBitrate)
}

// SetMinBitrate sets the lowest rate that is asked for, up to the maximum; 0 brings back the default of 5 000. Errors
// as SetMaxBitrate.
func (e *Estimator) SetMinBitrate(bitrate int) error {
	return e.setLimit(bitrate, core.setMinBitrate)
}

func (e *Estimator) setLimit(bitrate int, set func(core, int) int32) error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return ErrClosed
	}
	result := set(e.core, bitrate)
	if result >= 0 {
		result |= int32(EstimateUpdated) // what is said may have changed
	}
	_, err := e.unlockAndTell(result, badTime)
	return err
}

// What follows is for the REMB loop, which takes the time from the estimator's own clock.

func (e *Estimator) sentNow(bitrate int) error { return e.sent(e.nowMicros(), bitrate) }

func (e *Estimator) countWriteError() {
	e.mu.Lock()
	e.writeErrors++
	e.mu.Unlock()
}

// untilNextPoll returns false if there is nothing to wait for but packets.
func (e *Estimator) untilNextPoll() (time.Duration, bool) {
	now := e.nowMicros()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return 0, false
	}
	next := e.nextPoll()
	if next == math.MaxInt64 {
		return 0, false
	}
	return time.Duration(next-now) * time.Microsecond, true
}

// notBefore returns when a timer of d that is set now or later goes off at the earliest. With a clock of the user's own,
// that nobody knows.
func (e *Estimator) notBefore(d time.Duration) int64 {
	if e.now != nil {
		return notKnown
	}
	return e.nowMicros() + d.Microseconds()
}

// ahead returns how many packets have been counted, and in how long the interval since the last REMB is over: 0 if it is
// already, or there was none.
func (e *Estimator) ahead(interval time.Duration) (packets int64, untilREMB time.Duration) {
	now := e.nowMicros()
	stats := e.Stats()
	if stats.LastREMB.IsZero() {
		return stats.Packets, 0
	}
	return stats.Packets, max(stats.LastREMB.Add(interval).Sub(e.line.time(now)), 0)
}
