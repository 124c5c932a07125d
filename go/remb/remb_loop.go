package remb

import (
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
)

const (
	// retryInterval is how soon a REMB that could not be written is tried again. The C library wants 100 ms at most.
	retryInterval = 50 * time.Millisecond
	// warnAfter is how long writes may fail without a word in the log: DTLS takes its time.
	warnAfter = 5 * time.Second
	// minWait keeps the loop from spinning.
	minWait = time.Millisecond
	forever = time.Duration(math.MaxInt64)
	// streamTimeout is how long the C library takes a stream for alive that is not heard.
	streamTimeout = 2 * time.Second
	// defaultInterval is the C library's default of WithREMBInterval.
	defaultInterval = time.Second
)

// rembLoop writes the REMBs of one peer connection on a goroutine of its own, which starts once there is a writer. It
// sleeps until the estimator has something to do by itself, or signal says that a packet brought something about.
type rembLoop struct {
	estimator *Estimator
	log       logging.LeveledLogger
	interval  time.Duration // of REMBs

	signals chan struct{} // something is to be done
	rebound chan struct{} // there is another writer
	stop    chan struct{} // closed by close
	idle    atomic.Bool   // sleeps with no end, since no packets come: the next one wakes it and sets new times

	mu      sync.Mutex
	changed sync.Cond // busy became false
	writer  interceptor.RTCPWriter
	closed  bool
	busy    bool // the goroutine runs, and is not calling back

	// The goroutine's own.
	failingSince time.Time
	warned       bool
	state        State
	heard        int64 // packets counted when it last looked for them
}

func newREMBLoop(log logging.LeveledLogger, interval time.Duration) *rembLoop {
	l := &rembLoop{
		log:      log,
		interval: interval,
		signals:  make(chan struct{}, 1),
		rebound:  make(chan struct{}, 1),
		stop:     make(chan struct{}),
	}
	if interval == 0 {
		l.interval = defaultInterval
	}
	l.changed.L = &l.mu
	return l
}

// signal wakes the loop and never waits.
func (l *rembLoop) signal() { notify(l.signals) }

func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// bind sets the writer; the first one starts the goroutine.
func (l *rembLoop) bind(writer interceptor.RTCPWriter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	first := l.writer == nil
	l.writer = writer
	if first {
		l.busy = true
		go l.run()
	} else {
		notify(l.rebound)
	}
}

// close ends the loop and waits until it writes no more. It does not wait for a callback, which may be what closes.
func (l *rembLoop) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.stop)
	}
	for l.busy {
		l.changed.Wait()
	}
}

// setBusy reports whether the loop may go on.
func (l *rembLoop) setBusy(busy bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = busy && !l.closed
	if !l.busy {
		l.changed.Broadcast()
	}
	return !l.closed
}

func (l *rembLoop) run() {
	defer l.setBusy(false)
	timer := time.NewTimer(forever)
	defer timer.Stop()
	for {
		wait, failed := l.sendDue()
		// A callback may close the connection, and close must not wait for itself then.
		l.setBusy(false)
		l.estimator.tellTarget()
		if !l.setBusy(true) {
			return
		}
		if !failed {
			wait = l.untilNext()
		}
		if wait == forever {
			timer.Stop()
		} else {
			timer.Reset(wait)
		}
		signals := l.signals
		if failed {
			signals = nil // what is due is known; each packet says it again
		}
		select {
		case <-l.stop:
			return
		case <-signals:
		case <-l.rebound:
		case <-timer.C:
		}
		l.idle.Store(false)
	}
}

// sendDue writes a REMB if one is due. If that fails it returns when to try again.
func (l *rembLoop) sendDue() (retry time.Duration, failed bool) {
	remb, due, err := l.estimator.pollNow()
	if err != nil {
		if !errors.Is(err, ErrClosed) {
			l.log.Warnf("cannot poll the estimator: %v", err)
		}
		return 0, false
	}
	if !due {
		return 0, false
	}
	l.mu.Lock()
	writer, closed := l.writer, l.closed
	l.mu.Unlock()
	if closed {
		return 0, false
	}
	if _, err := writer.Write([]rtcp.Packet{remb.Packet()}, interceptor.Attributes{}); err != nil {
		l.writeFailed(err)
		return retryInterval, true
	}
	l.written(remb)
	return 0, false
}

func (l *rembLoop) written(remb REMB) {
	if err := l.estimator.sentNow(remb.Bitrate); err != nil && !errors.Is(err, ErrClosed) {
		l.log.Warnf("cannot record a REMB of %d bit/s: %v", remb.Bitrate, err)
	}
	if l.warned {
		l.log.Infof("REMBs are written again")
	}
	l.failingSince, l.warned = time.Time{}, false
	stats := l.estimator.Stats()
	if stats.State != l.state {
		l.log.Debugf("detector went from %s to %s: offset %.3f ms, threshold %.3f ms", l.state, stats.State,
			stats.ModifiedOffsetMs, stats.ThresholdMs)
		l.state = stats.State
	}
	l.log.Debugf("sent a REMB of %d bit/s for %d SSRCs; incoming %d bit/s", remb.Bitrate, len(remb.SSRCs),
		stats.IncomingBitrate)
}

func (l *rembLoop) writeFailed(err error) {
	l.estimator.countWriteError()
	now := time.Now()
	if l.failingSince.IsZero() {
		l.failingSince = now
		l.log.Debugf("cannot write a REMB yet: %v", err)
	}
	if !l.warned && now.Sub(l.failingSince) >= warnAfter {
		l.warned = true
		l.log.Warnf("cannot write REMBs since %v: %v", warnAfter, err)
	}
}

// untilNext returns how long to sleep. The estimator answers for the case that no packet comes any more, in which it may
// have nothing to do at all: before the first estimate, and while the next REMB lies beyond the time when the streams
// would count as silent. Each packet would then change the answer, but must not wake the loop. So as long as packets come
// it takes it that they go on, and looks again when the next REMB is due then or, should they not, all is silent. A first
// estimate needs neither: the packet that brings it says that a REMB is due.
func (l *rembLoop) untilNext() time.Duration {
	// Set before asking: a packet that comes in between must not be missed.
	l.idle.Store(true)
	next, ok := l.estimator.untilNextPoll()
	if !ok {
		packets, untilREMB := l.estimator.ahead(l.interval)
		if packets == l.heard {
			return forever // nothing was heard since it last slept, so nothing changes before the next packet
		}
		l.heard = packets
		next = streamTimeout
		if untilREMB > 0 {
			next = min(next, untilREMB)
		}
	}
	l.idle.Store(false)
	return max(next, minWait)
}
