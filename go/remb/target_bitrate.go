package remb

// targetBitrate is what is needed to tell of changes. The estimator's lock guards it.
type targetBitrate struct {
	onChange func(bitrate int)
	told     int
	telling  bool // some goroutine is in tellTarget
}

// OnTargetBitrateChange sets a function to call with the new rate in bit/s when what [Estimator.GetTargetBitrate]
// returns has changed; nil removes it. It is not called for 0: that a sender fell silent changes no target.
//
// The function is called with no lock held, one call at a time, and may call any method. With an interceptor it runs on
// that connection's own goroutine, which starts with the first writer, while no REMB is written; it may even close the
// connection, for Close does not wait for it: the last call may end after Close has returned. Without an interceptor it
// runs within the call that brought the change about.
func (e *Estimator) OnTargetBitrateChange(f func(bitrate int)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.target.onChange = f
	if !e.closed {
		e.target.told = e.core.estimate()
	}
}

// unlockAndTell ends a call into C that answered with result: it unlocks, and passes on what that means. It happened at
// micros of the estimator's own clock, or badTime.
func (e *Estimator) unlockAndTell(result int32, micros int64) (Facts, error) {
	listens, facts := e.target.onChange != nil, e.facts(result)
	news := result >= 0 && facts.Has(EstimateUpdated) && e.loop != nil && e.newState()
	e.mu.Unlock()
	if result < 0 {
		return 0, statusError(result)
	}
	changed := listens && facts.Has(EstimateUpdated)
	if e.loop != nil {
		if changed || news || e.wakesAt.misses(facts.Has(REMBDue), micros) {
			e.loop.signal()
		}
	} else if changed {
		e.tellTarget()
	}
	return facts, nil
}

// newState reports whether the detector's state is another than when it was last asked, for the loop to log it. Call it
// with the estimator locked.
func (e *Estimator) newState() bool {
	var stats Stats
	e.core.stats(&stats, &e.line)
	is, was := stats.State, e.state
	e.state = is
	return is != was
}

// tellTarget calls back until the newest rate has been told. If another goroutine does so already it is left to that
// one: so calls keep their order, and a function that calls a method does not call itself.
func (e *Estimator) tellTarget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.target.telling {
		return
	}
	e.target.telling = true
	defer func() { e.target.telling = false }()
	for !e.closed && e.target.onChange != nil {
		bitrate := e.core.estimate()
		if bitrate == 0 || bitrate == e.target.told {
			return
		}
		e.target.told = bitrate
		e.callUnlocked(e.target.onChange, bitrate)
	}
}

func (e *Estimator) callUnlocked(f func(int), bitrate int) {
	e.mu.Unlock()
	defer e.mu.Lock() // also if f panics
	f(bitrate)
}
