// Package finetimer wakes a goroutine at a time, some tens of microseconds late at most on an idle Linux
// machine.
//
// Go's own timers are up to a millisecond late when the process is idle, as the runtime then waits in
// epoll with a time-out in whole milliseconds. A pacer or an emulated link that sends packets a
// millisecond late adds jitter that a bandwidth estimator takes for a queue. A Linux timerfd is a file
// that becomes readable when its time has come, which ends that same wait at once, and it costs neither
// a thread nor a busy loop. Elsewhere the package falls back on time.Timer.
package finetimer

import "time"

// Timer wakes the one goroutine that waits for it. Set and Close may be called by any goroutine.
type Timer struct{ timer }

// New makes a timer that is not set.
func New() (*Timer, error) {
	t := &Timer{}
	if err := t.init(); err != nil {
		return nil, err
	}
	return t, nil
}

// Set makes the timer go off once, d from now, instead of when it was set to before. It goes off at once
// if d is not positive.
func (t *Timer) Set(d time.Duration) { t.set(max(d, 1)) }

// Wait blocks until the timer goes off; if it has gone off since the last Wait, it returns at once. It
// may rarely return early, when Set meets a timer that is just going off, so the caller looks at the
// clock. After Close it returns os.ErrClosed.
func (t *Timer) Wait() error { return t.wait() }

// Close frees the timer and ends a Wait.
func (t *Timer) Close() error { return t.close() }
