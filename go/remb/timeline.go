package remb

import (
	"math"
	"time"
)

// badTime is what the C library refuses with StatusTime.
const badTime = -1

// timeline turns a time.Time into the C library's microseconds and back. Where both have a monotonic clock reading that
// is what counts, so that setting the wall clock does no harm.
type timeline struct {
	base time.Time
}

// baseMicros is where base lies on the C library's clock, which has no negative times: a century, so that times from an
// old recording fit too. It is a whole number of milliseconds, as base is, since the estimator rounds to those.
const baseMicros = 3_200_000_000_000_000

func newTimeline(start time.Time) timeline {
	return timeline{start.Add(-time.Duration(start.Nanosecond() % int(time.Millisecond)))}
}

// micros returns badTime for a time that is out of range, such as the zero time. To take the nearest one that is in range
// instead would look like a clock that was set back, and have all that was measured forgotten.
func (l *timeline) micros(t time.Time) int64 { return microsAfterBase(t.Sub(l.base)) }

func microsAfterBase(d time.Duration) int64 {
	if d < -baseMicros*time.Microsecond || d == math.MaxInt64 { // the latter stands for all that is beyond it
		return badTime
	}
	return baseMicros + d.Microseconds()
}

// time returns the zero time for -1, which is C's never, and for math.MaxInt64.
func (l *timeline) time(micros int64) time.Time {
	if micros < 0 || micros == math.MaxInt64 {
		return time.Time{}
	}
	return l.base.Add(time.Duration(micros-baseMicros) * time.Microsecond)
}
