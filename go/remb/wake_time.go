package remb

import (
	"math"
	"sync/atomic"
)

// wakeTime is when the REMB loop wakes up by itself, in µs of the estimator's clock; or one of the two below. It lies
// in the [Estimator], beside what each packet needs anyway.
type wakeTime struct{ atomic.Int64 }

const (
	notKnown = math.MaxInt64
	// atNextPacket says that it sleeps with no end, since no packets come: the next one wakes it and sets new times.
	atNextPacket = -1
)

// misses reports whether a packet at micros has to wake the loop, after which a REMB is due or not. To wake it takes
// longer than all else that is done for a packet. So a REMB that is due when it wakes up anyway is left to that.
func (t *wakeTime) misses(due bool, micros int64) bool {
	wakesAt := t.Load()
	return wakesAt == atNextPacket || due && micros < wakesAt
}
