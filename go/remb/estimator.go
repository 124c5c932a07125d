package remb

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
)

// Estimator measures what a path from one sender carries and says which REMBs to send, for all streams of one peer
// connection. Interceptors have one each; a server with its own RTP loop makes its own by [NewEstimator].
//
// All methods may be called from several goroutines at a time. After [Estimator.Close] those with an error result
// return [ErrClosed]. Of the others Stats says no more than that it is closed, Totals and SenderSSRC answer as ever,
// and the rest return 0, nil, false or a zero value.
//
// Times are arguments, and only the differences between them count: take all from one clock, such as time.Now, or from
// one recording. A packet older than the newest time seen is taken at that time; one that is more than a second older
// means that the clock was set back, and measurement starts afresh. Times more than a century before the estimator was
// made, such as a zero [time.Time] that was forgotten, and nearly three after it are refused with [StatusTime]. Rates
// are bit/s.
type Estimator struct {
	// What each packet needs comes first, so that it takes few cache lines of those that many connections compete for.
	now  func() time.Time // nil: time.Now
	line timeline
	loop *rembLoop // nil without an interceptor

	mu      sync.Mutex // guards all below, and core itself
	core    core
	closed  bool
	hold    hold
	wakesAt wakeTime // of the loop
	target  targetBitrate
	cleanup runtime.Cleanup
	scratch packetBuffer
	state   State // that the loop has been told of
	rtt     rttMeter

	references stamps // of receiver reference times that were sent
	reports    stamps // of sender reports that passed by on their way out

	malformed, refused, rembsSent, writeErrors int64

	totals          Totals // what neither core nor the four above keep
	lastREMBBitrate int

	senderSSRC uint32
}

// NewEstimator makes an estimator. It fails as [NewBWEInterceptorFactory] does. Close it; one that is forgotten is
// freed by the garbage collector.
func NewEstimator(opts ...Option) (*Estimator, error) {
	all, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	return newEstimator(all, nil)
}

func newEstimator(o *options, loop *rembLoop) (*Estimator, error) {
	c, err := newCore(o)
	if err != nil {
		return nil, err
	}
	e := &Estimator{senderSSRC: o.senderSSRC, now: o.now, loop: loop, core: c, rtt: rttMeter{inUse: defaultRTT}}
	e.wakesAt.Store(notKnown)
	for e.senderSSRC == 0 {
		e.senderSSRC = rand.Uint32()
	}
	if e.now != nil {
		e.line = newTimeline(e.now())
	} else {
		e.line = newTimeline(time.Now())
	}
	// No call into C can still be running then: each ends by unlocking e, which is what keeps it from being collected.
	e.cleanup = runtime.AddCleanup(e, core.destroy, c)
	return e, nil
}

// do runs f unless the estimator is closed.
func (e *Estimator) do(f func() error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return ErrClosed
	}
	return f()
}

// AddStream says what the packets of an SSRC look like; once more for the same SSRC changes it. A stream that was not
// added is counted all the same, as video with the header extensions of [WithDefaultStream], unless by
// [WithKnownStreamsOnly]. By [ProfileAdaptive], while 16 SSRCs or more are alive, it counts only once it has sent a
// packet for each 16 of these, so that a flood of SSRCs does not. Errors: [ErrClosed], [StatusArgument],
// [StatusTooManyStreams], [StatusNoMemory].
func (e *Estimator) AddStream(stream StreamConfig) error {
	return e.do(func() error { return e.core.addStream(stream) })
}

// RemoveStream forgets an SSRC: no later REMB lists it unless it is heard again. Errors: [ErrClosed], [StatusNotFound].
func (e *Estimator) RemoveStream(ssrc uint32) error {
	return e.do(func() error { return e.core.removeStream(ssrc) })
}

// maxPacketSize is the largest RTP packet that there can be: neither UDP nor RFC 4571 carries more.
const maxPacketSize = 65_535

// OnRTPPacket takes an RTP packet, or an SRTP packet that is still encrypted, that arrived at now. It does not keep or
// change the bytes, allocates nothing that Go knows of, and never waits for a REMB to be written. RTX, FEC and
// padding-only packets belong here too. What counts is payload plus padding, and the tag of SRTP. Errors: [ErrClosed],
// [StatusMalformed], also for more than 65 535 bytes, [StatusTime]; [StatusNoMemory] for the first packet of an SSRC,
// and the first without abs-send-time.
func (e *Estimator) OnRTPPacket(now time.Time, packet []byte) (Facts, error) {
	return e.onRTPPacket(e.line.micros(now), packet, nil)
}

// onRTPPacket does it for a packet of a stream that is bound to an interceptor, which may be unbound at any time.
func (e *Estimator) onRTPPacket(micros int64, packet []byte, from *boundStream) (Facts, error) {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return 0, ErrClosed
	}
	if from != nil && from.gone {
		e.mu.Unlock()
		return 0, nil
	}
	result := int32(StatusMalformed)
	if len(packet) > 0 && len(packet) <= maxPacketSize {
		result = e.core.onRTPPacket(micros, packet)
	}
	if result == 0 && !e.hold.resumed { // as for nearly all: a shortcut
		e.mu.Unlock()
		if e.loop != nil && e.wakesAt.misses(false, micros) {
			e.loop.signal()
		}
		return 0, nil
	}
	if result == int32(StatusMalformed) {
		e.malformed++
	} else if result < 0 {
		e.refused++
	}
	if from == nil {
		micros = badTime // of any clock
	}
	return e.unlockAndTell(result, micros)
}

// OnPacket takes a packet whose header has been parsed already. Errors: [ErrClosed], [StatusArgument], [StatusTime],
// also for a Packet without an Arrival; [StatusNoMemory] as OnRTPPacket.
func (e *Estimator) OnPacket(packet Packet) (Facts, error) {
	return e.OnPackets([]Packet{packet})
}

// OnPackets takes packets in order, in one call of the C library. All are checked before any is taken. The result says
// what they brought about together. It allocates nothing once it has seen as many packets at a time. Errors as
// OnPacket.
func (e *Estimator) OnPackets(packets []Packet) (Facts, error) {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return 0, ErrClosed
	}
	e.scratch.clear()
	result := int32(0)
	for i := range packets {
		if !e.scratch.add(&packets[i], e.line.micros(packets[i].Arrival)) {
			result = int32(StatusArgument)
		}
	}
	if result == 0 && len(packets) > 0 {
		result = e.core.onPackets(&e.scratch)
	}
	if result < 0 {
		e.refused += int64(len(packets))
	}
	return e.unlockAndTell(result, badTime)
}

// Poll runs what is due by now and reports whether a REMB is to be sent, and which. It stays due until
// [Estimator.REMBSent]: after a failed write call Poll again within 100 ms. An interceptor does this itself. Errors:
// [ErrClosed], [StatusTime].
func (e *Estimator) Poll(now time.Time) (remb REMB, due bool, err error) {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return REMB{}, false, ErrClosed
	}
	result := e.poll(e.line.micros(now), &remb)
	facts, err := e.unlockAndTell(result, badTime)
	return e.polled(remb, facts), facts.Has(REMBDue), err
}

// pollNow is Poll for the REMB loop, which need not be told what it found.
func (e *Estimator) pollNow() (remb REMB, due bool, err error) {
	now := e.nowMicros()
	facts := Facts(0)
	err = e.do(func() error {
		result := e.poll(now, &remb)
		facts = Facts(max(result, 0))
		return statusError(result)
	})
	return e.polled(remb, facts), facts.Has(REMBDue), err
}

func (e *Estimator) polled(remb REMB, facts Facts) REMB {
	if !facts.Has(REMBDue) {
		return REMB{}
	}
	remb.SenderSSRC = e.senderSSRC
	return remb
}

// REMBSent records that a REMB of this rate has been sent. Call it only after the write has succeeded. Errors:
// [ErrClosed], [StatusArgument] for a rate below 1, [StatusTime].
func (e *Estimator) REMBSent(now time.Time, bitrate int) error {
	return e.sent(e.line.micros(now), bitrate)
}

func (e *Estimator) sent(micros int64, bitrate int) error {
	return e.do(func() error {
		err := e.core.sent(micros, bitrate)
		if err == nil {
			e.hold.resumed = false
			e.countREMB(bitrate)
		}
		return err
	})
}

// NextPoll returns when [Estimator.Poll] is next worth a call if no packet comes; a time in the past means now. It
// returns false if that is not before another packet.
func (e *Estimator) NextPoll() (time.Time, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return time.Time{}, false
	}
	t := e.line.time(e.nextPoll())
	return t, !t.IsZero()
}

// Reset forgets all that was measured and sent, as if the estimator had just been made. Streams, limits, the
// round-trip time and a pause stay. Errors: [ErrClosed].
func (e *Estimator) Reset() error {
	err := e.do(func() error {
		totals := e.totals
		e.addCounted(&totals)
		err := e.core.reset()
		if err == nil {
			e.totals = totals
			e.hold.resumed = false
		}
		return err
	})
	if err == nil && e.loop != nil {
		e.loop.signal()
	}
	return err
}

func (e *Estimator) isClosed() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.closed
}

// Close frees the estimator. It may be called more than once and always returns nil. An interceptor closes its own.
func (e *Estimator) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.addCounted(&e.totals)
		e.closed = true
		e.cleanup.Stop()
		e.core.destroy()
	}
	return nil
}
