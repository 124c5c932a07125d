package remb

import "math"

// pausedPollInterval is how often what a poll does besides REMBs is worth doing while these are held back. It is
// libwebrtc's interval of periodic updates.
const pausedPollInterval = 500_000 // µs

// hold says which REMBs are due although the C library says otherwise. The estimator's lock guards it.
type hold struct {
	paused   bool  // by Pause
	silenced bool  // another interceptor writes the REMBs of this peer connection
	resumed  bool  // after a pause, no REMB has been sent yet
	polledAt int64 // µs, the time of the last poll
}

// held reports whether no REMB is due whatever the C library says.
func (h *hold) held() bool { return h.paused || h.silenced }

// resumedDue reports whether a REMB is due because of Resume. Call it with the estimator locked.
func (e *Estimator) resumedDue() bool {
	return e.hold.resumed && !e.hold.held() && !e.closed && e.core.estimate() > 0
}

// facts returns what a result of the C library means to the caller: no facts if it is an error. Call it with the
// estimator locked.
func (e *Estimator) facts(result int32) Facts {
	facts := Facts(max(result, 0))
	if e.hold.held() {
		return facts &^ REMBDue
	}
	if result >= 0 && e.resumedDue() {
		facts |= REMBDue
	}
	return facts
}

// Pause holds REMBs back until [Estimator.Resume]: none is due, and an interceptor writes none but one that it is
// writing already. Packets are measured as before, and the function of [Estimator.OnTargetBitrateChange] is called. The
// sender learns nothing of it: a browser goes on obeying the last REMB that it got, with no end. Pausing twice is
// pausing once.
func (e *Estimator) Pause() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hold.paused, e.hold.resumed = true, false
}

// Resume ends a pause. A REMB is due at once if any stream is alive and there is an estimate, else as soon as there is.
// Without a pause it does nothing.
func (e *Estimator) Resume() {
	e.mu.Lock()
	if e.hold.paused {
		e.hold.paused, e.hold.resumed = false, true
	}
	e.mu.Unlock()
	if e.loop != nil {
		e.loop.signal()
	}
}

// silence holds REMBs back because another interceptor writes them, or ends that.
func (e *Estimator) silence(silenced bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hold.silenced = silenced
}

// poll asks the C library and returns facts or a negative status; remb is filled in if a REMB is due. Call it with the
// estimator locked.
func (e *Estimator) poll(micros int64, remb *REMB) int32 {
	result := e.core.poll(micros, remb)
	if result < 0 {
		return result
	}
	e.hold.polledAt = micros
	facts := e.facts(result)
	if facts.Has(REMBDue) && !Facts(result).Has(REMBDue) {
		*remb = REMB{Bitrate: e.core.estimate(), SSRCs: e.core.ssrcs()}
	}
	return int32(facts)
}

// nextPoll returns when that is worth a call, or math.MaxInt64 for never. Call it with the estimator locked.
func (e *Estimator) nextPoll() int64 {
	next := e.core.nextPoll()
	switch {
	case e.resumedDue():
		return 0
	case e.hold.held() && next != math.MaxInt64:
		return max(next, e.hold.polledAt+pausedPollInterval) // a REMB that is due stays so
	}
	return next
}
