package remb

import "math"

// pausedPollInterval is how often what a poll does besides REMBs is worth doing while these are held back. It is
// libwebrtc's interval of periodic updates.
const pausedPollInterval = 500_000 // µs

// hold says which REMBs are due although the C library says otherwise. The estimator's lock guards it.
type hold struct {
	paused   bool  // by Pause
	silenced bool  // another interceptor writes the REMBs of this peer connection
	held     Facts // REMBDue if one of these holds
	extra    Facts // REMBDue if one is due because of Resume
	polledAt int64 // µs, the time of the last poll
}

func (h *hold) set(paused, silenced bool) {
	h.paused, h.silenced, h.held, h.extra = paused, silenced, 0, 0
	if paused || silenced {
		h.held = REMBDue
	}
}

// of returns what facts mean to the caller.
func (h *hold) of(facts Facts) Facts { return facts&^h.held | h.extra }

// Pause holds REMBs back until [Estimator.Resume]: none is due, and an interceptor writes none but one that it is
// writing already. Packets are measured as before, and the function of [Estimator.OnTargetBitrateChange] is called. The
// sender learns nothing of it: a browser goes on obeying the last REMB that it got, with no end. Pausing twice is
// pausing once.
func (e *Estimator) Pause() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hold.set(true, e.hold.silenced)
}

// Resume ends a pause. A REMB is due at once if any stream is alive and there is an estimate, else as soon as there is.
// Without a pause it does nothing.
func (e *Estimator) Resume() {
	e.mu.Lock()
	if e.hold.paused {
		e.hold.set(false, e.hold.silenced)
		if !e.closed && e.hold.held == 0 && e.core.estimate() > 0 {
			e.hold.extra = REMBDue
		}
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
	if silenced != e.hold.silenced {
		e.hold.set(e.hold.paused, silenced)
	}
}

// poll asks the C library and returns facts or a negative status; remb is filled in if a REMB is due. Call it with the
// estimator locked.
func (e *Estimator) poll(micros int64, remb *REMB) int32 {
	result := e.core.poll(micros, remb)
	if result < 0 {
		return result
	}
	e.hold.polledAt = micros
	facts := Facts(result)
	if !facts.Has(REMBDue) && e.hold.extra != 0 {
		*remb = REMB{Bitrate: e.core.estimate(), SSRCs: e.core.ssrcs()}
		if remb.Bitrate == 0 { // all streams fell silent since
			e.hold.extra = 0
		}
	}
	return int32(e.hold.of(facts))
}

// nextPoll returns when that is worth a call, or math.MaxInt64 for never. Call it with the estimator locked.
func (e *Estimator) nextPoll() int64 {
	next := e.core.nextPoll()
	switch {
	case e.hold.extra != 0:
		return 0
	case e.hold.held != 0 && next != math.MaxInt64:
		return max(next, e.hold.polledAt+pausedPollInterval) // a REMB that is due stays so
	}
	return next
}
