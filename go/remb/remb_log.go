package remb

import (
	"errors"
	"time"

	"github.com/pion/logging"
)

// warnAfter is how long writes may fail without a word in the log: DTLS takes its time.
const warnAfter = 5 * time.Second

// rembLog is what the REMB loop says to the log, and what it has to remember for that. Only the loop uses it.
type rembLog struct {
	logging.LeveledLogger

	failingSince time.Time
	warned       bool
	state        State
	heard        bool // source is known
	source       TimeSource
}

// changes logs what has become of the detector and of the time source since it was last called.
func (l *rembLog) changes(now *Stats, streams func() []StreamStats) {
	if now.State != l.state {
		l.Debugf("detector went from %s to %s: offset %.3f ms, threshold %.3f ms", l.state, now.State,
			now.ModifiedOffsetMs, now.ThresholdMs)
		l.state = now.State
	}
	if now.Packets == 0 || l.heard && now.TimeSource == l.source {
		return
	}
	if l.heard {
		l.Infof("send times come from %s, no more from %s", now.TimeSource, l.source)
	}
	l.heard, l.source = true, now.TimeSource
	for _, stream := range streams() {
		if stream.Alive {
			l.Debugf("SSRC %d has send times from %s: %s", stream.SSRC, stream.TimeSource, stream.Reason)
		}
	}
}

func (l *rembLog) written(remb REMB, stats *Stats) {
	if l.warned {
		l.Infof("REMBs are written again")
	}
	l.failingSince, l.warned = time.Time{}, false
	l.Debugf("sent a REMB of %d bit/s for %d SSRCs; incoming %d bit/s", remb.Bitrate, len(remb.SSRCs),
		stats.IncomingBitrate)
}

func (l *rembLog) writeFailed(err error) {
	now := time.Now()
	if l.failingSince.IsZero() {
		l.failingSince = now
		l.Debugf("cannot write a REMB yet: %v", err)
	}
	if !l.warned && now.Sub(l.failingSince) >= warnAfter {
		l.warned = true
		l.Warnf("cannot write REMBs since %v: %v", warnAfter, err)
	}
}

// trouble logs what should not happen.
func (l *rembLog) trouble(err error, what string) {
	if err != nil && !errors.Is(err, ErrClosed) {
		l.Warnf("cannot %s: %v", what, err)
	}
}
