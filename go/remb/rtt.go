package remb

import "time"

const (
	// rttUpdateInterval and rttWeight are those of libwebrtc's video/call_stats2.cc: kUpdateInterval, kWeightFactor.
	rttUpdateInterval = time.Second
	rttWeight         = 0.3
	// maxRTT is what the C library takes at most. More can only be a clock that was set, or a lie.
	maxRTT = 60 * time.Second
	// defaultRTT is what the C library begins with.
	defaultRTT = 200 * time.Millisecond
)

// rttMeter smooths round-trip times as libwebrtc's CallStats does: once a second at most, the mean of those that came
// since counts for 30 %, and what was before for 70 %. The estimator's lock guards it.
type rttMeter struct {
	byHand  bool          // SetRTT has the last word
	inUse   time.Duration // what the C library was told
	smooth  time.Duration
	any     bool // there was a measurement
	updated time.Time
	sum     time.Duration // since updated
	count   int
}

// add takes a measurement and reports whether smooth is new.
func (m *rttMeter) add(now time.Time, rtt time.Duration) bool {
	m.sum += rtt
	m.count++
	if m.any && now.Sub(m.updated) < rttUpdateInterval {
		return false
	}
	mean := m.sum / time.Duration(m.count)
	if !m.any {
		m.smooth = mean
	} else {
		m.smooth += time.Duration(rttWeight * float64(mean-m.smooth))
	}
	m.any, m.updated, m.sum, m.count = true, now, 0, 0
	return true
}

// SetRTT tells the round-trip time to the sender, 0 to 60 s. By it [ProfileLibwebrtc] sets how fast the rate grows near
// capacity, and how soon it may be cut again; [ProfileAdaptive] does without. Until told it is 200 ms or, in an
// interceptor, what RTCP reports let it measure; a time that was told holds until [Estimator.MeasureRTT], whatever is
// measured. Errors: [ErrClosed], [StatusArgument].
func (e *Estimator) SetRTT(rtt time.Duration) error {
	return e.do(func() error {
		err := e.useRTT(rtt)
		if err == nil {
			e.rtt.byHand = true
		}
		return err
	})
}

// MeasureRTT undoes [Estimator.SetRTT]: the round-trip time is again what was measured, or 200 ms if nothing was.
// Errors: [ErrClosed].
func (e *Estimator) MeasureRTT() error {
	return e.do(func() error {
		e.rtt.byHand = false
		if e.rtt.any {
			return e.useRTT(e.rtt.smooth)
		}
		return e.useRTT(defaultRTT)
	})
}

// addRTT takes a measurement, which may be wild.
func (e *Estimator) addRTT(now time.Time, rtt time.Duration) {
	if rtt < 0 || rtt > maxRTT {
		return
	}
	_ = e.do(func() error {
		if e.rtt.add(now, rtt) && !e.rtt.byHand {
			return e.useRTT(e.rtt.smooth)
		}
		return nil
	})
}

func (e *Estimator) useRTT(rtt time.Duration) error {
	micros := rtt.Microseconds()
	err := e.core.setRTT(micros)
	if err == nil {
		e.rtt.inUse = time.Duration(micros) * time.Microsecond
	}
	return err
}
