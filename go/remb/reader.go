package remb

import (
	"errors"
	"time"

	"github.com/pion/interceptor"
)

// rtpReader shows the packets of one stream to the estimator. What the reader below returns passes through as it is.
type rtpReader struct {
	interceptor.RTPReader
	estimator   *Estimator
	interceptor *BWEInterceptor
	stream      *boundStream
}

// Read reads a packet. It allocates nothing and never waits for REMBs.
func (r *rtpReader) Read(b []byte, in interceptor.Attributes) (int, interceptor.Attributes, error) {
	n, attributes, err := r.RTPReader.Read(b, in)
	if err == nil && 0 <= n && n <= len(b) {
		if _, err := r.estimator.onRTPPacket(r.estimator.nowMicros(), b[:n], r.stream); err != nil {
			r.interceptor.leftOut(n, err)
		}
	}
	return n, attributes, err
}

// leftOut speaks of the first packet that was left out for a reason.
func (i *BWEInterceptor) leftOut(size int, err error) {
	switch {
	case errors.Is(err, ErrClosed):
	case errors.Is(err, Error{StatusMalformed}):
		if !i.loggedMalformed.Swap(true) {
			i.log.debugf("left out a malformed RTP packet of %d bytes; more are only counted", size)
		}
	case !i.warnedRefused.Swap(true):
		i.log.warnf("left out an RTP packet of %d bytes; more are only counted, as Stats.RefusedPackets: %v", size, err)
	}
}

// nowMicros reads the clock. time.Since costs half of what time.Now does.
func (e *Estimator) nowMicros() int64 {
	if e.now != nil {
		return e.line.micros(e.now())
	}
	return microsAfterBase(time.Since(e.line.base))
}
