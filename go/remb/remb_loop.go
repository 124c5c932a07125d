package remb

import (
	"math"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
)

const (
	// retryInterval is how soon a REMB that could not be written is tried again. The C library wants 100 ms at most.
	retryInterval = 50 * time.Millisecond
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
	owner     *BWEInterceptor
	estimator *Estimator
	interval  time.Duration // of REMBs
	reference bool          // write receiver reference times beside them

	signals chan struct{} // something is to be done
	rebound chan struct{} // there is another writer
	stop    chan struct{} // closed by close

	mu      sync.Mutex
	changed sync.Cond // busy became false
	writer  interceptor.RTCPWriter
	closed  bool
	busy    bool // the goroutine runs, and is not calling back

	// The goroutine's own.
	log      rembLog
	heard    int64 // packets counted when it last looked for them
	sleptOut bool  // it last slept as long as it meant to
}

func newREMBLoop(o *options, id string) *rembLoop {
	l := &rembLoop{
		interval:  time.Duration(o.schedule.interval) * time.Microsecond,
		reference: o.referenceTime,
		signals:   make(chan struct{}, 1),
		rebound:   make(chan struct{}, 1),
		stop:      make(chan struct{}),
		log:       rembLog{peerLog: peerLog{o.loggerFactory.NewLogger("remb"), id}},
	}
	if l.interval == 0 {
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
	l.sleptOut = true
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
		l.sleptOut = false
		select {
		case <-l.stop:
			return
		case <-signals:
		case <-l.rebound:
		case <-timer.C:
			l.sleptOut = true
		}
		l.estimator.wakesAt.Store(notKnown)
	}
}

// sendDue writes a REMB if one is due. If that fails it returns when to try again.
func (l *rembLoop) sendDue() (retry time.Duration, failed bool) {
	remb, due, err := l.estimator.pollNow()
	l.log.trouble(err, "poll the estimator")
	stats := l.estimator.Stats()
	l.log.changes(&stats, l.estimator.StreamStats)
	if !due {
		l.log.failingSince = time.Time{} // what fails next is another one
		return 0, false
	}
	l.mu.Lock()
	writer, closed := l.writer, l.closed
	l.mu.Unlock()
	if closed {
		return 0, false
	}
	attributes := interceptor.Attributes{sourceKey{}: l.owner}
	if _, err := writer.Write([]rtcp.Packet{remb.Packet()}, attributes); err != nil {
		l.estimator.countWriteError()
		l.log.writeFailed(err)
		return retryInterval, true
	}
	l.log.trouble(l.estimator.sentNow(remb.Bitrate), "record a REMB")
	l.log.written(remb, &stats)
	if l.reference {
		l.writeReference(writer)
	}
	return 0, false
}

func (l *rembLoop) writeReference(writer interceptor.RTCPWriter) {
	report, due := l.estimator.nextReference(time.Now())
	if !due {
		return
	}
	if _, err := writer.Write([]rtcp.Packet{report}, interceptor.Attributes{}); err != nil {
		l.log.debugf("cannot write a receiver reference time: %v", err)
	}
}

// untilNext returns how long to sleep. The estimator answers for the case that no packet comes any more, in which it may
// have nothing to do at all: before the first estimate, and while the next REMB lies beyond the time when the streams
// would count as silent. Each packet would then change the answer, but must not wake the loop. So as long as packets come
// it takes it that they go on, and looks again when the next REMB is due then or, should they not, all is silent. A first
// estimate needs neither: the packet that brings it says that a REMB is due.
func (l *rembLoop) untilNext() time.Duration {
	// Set before asking: a packet that comes in between must not be missed.
	l.estimator.wakesAt.Store(atNextPacket)
	next, ok := l.estimator.untilNextPoll()
	if !ok {
		packets, untilREMB := l.estimator.ahead(l.interval)
		// A signal may be an old one, of a packet that has been looked at already: only a sleep that no packet ended, and
		// in which none came, was silence.
		if l.sleptOut && packets == l.heard {
			return forever // nothing changes before the next packet
		}
		l.heard = packets
		next = streamTimeout
		if untilREMB > 0 {
			next = min(next, untilREMB)
		}
	}
	next = max(next, minWait)
	l.estimator.wakesAt.Store(l.estimator.notBefore(next))
	return next
}
