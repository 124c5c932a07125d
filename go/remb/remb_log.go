package remb

import (
	"errors"
	"fmt"
	"time"

	"github.com/pion/logging"
)

// warnAfter is how long writes may fail without a word in the log: DTLS takes its time.
const warnAfter = 5 * time.Second

// peerLog is the log of one peer connection: each line begins with its id, for a server has many.
type peerLog struct {
	logger logging.LeveledLogger
	id     string
}

func (l peerLog) debugf(format string, args ...any) {
	l.logger.Debugf("%s: %s", l.id, fmt.Sprintf(format, args...))
}

func (l peerLog) infof(format string, args ...any) {
	l.logger.Infof("%s: %s", l.id, fmt.Sprintf(format, args...))
}

func (l peerLog) warnf(format string, args ...any) {
	l.logger.Warnf("%s: %s", l.id, fmt.Sprintf(format, args...))
}

// rembLog is what the REMB loop says to the log, and what it has to remember for that. Only the loop uses it.
type rembLog struct {
	peerLog

	failingSince time.Time
	warned       bool
	state        State
	heard        bool // source is known
	source       TimeSource
}

// changes logs what has become of the detector and of the time source since it was last called.
func (l *rembLog) changes(now *Stats, streams func() []StreamStats) {
	if now.State != l.state {
		what, signal, threshold := "offset", now.ModifiedOffsetMs, now.ThresholdMs
		if now.Profile == ProfileAdaptive {
			what, signal, threshold = "queueing delay", now.QueueingDelayMs, now.QueueThresholdMs
		}
		l.debugf("detector went from %s to %s: %s %.3f ms, threshold %.3f ms", l.state, now.State, what, signal,
			threshold)
		l.state = now.State
	}
	if now.Packets == 0 || l.heard && now.TimeSource == l.source {
		return
	}
	if l.heard {
		l.infof("send times come from %s, no more from %s", now.TimeSource, l.source)
	}
	l.heard, l.source = true, now.TimeSource
	for _, stream := range streams() {
		if stream.Alive {
			l.debugf("SSRC %d has send times from %s: %s", stream.SSRC, stream.TimeSource, stream.Reason)
		}
	}
}

func (l *rembLog) written(remb REMB, stats *Stats) {
	if l.warned {
		l.infof("REMBs are written again")
	}
	l.failingSince, l.warned = time.Time{}, false
	l.debugf("sent a REMB of %d bit/s for %d SSRCs; incoming %d bit/s", remb.Bitrate, len(remb.SSRCs),
		stats.IncomingBitrate)
}

func (l *rembLog) writeFailed(err error) {
	now := time.Now()
	if l.failingSince.IsZero() {
		l.failingSince = now
		l.debugf("cannot write a REMB yet: %v", err)
	}
	if !l.warned && now.Sub(l.failingSince) >= warnAfter {
		l.warned = true
		l.warnf("no REMB could be written for %v: %v", warnAfter, err)
	}
}

// trouble logs what should not happen.
func (l *rembLog) trouble(err error, what string) {
	if err != nil && !errors.Is(err, ErrClosed) {
		l.warnf("cannot %s: %v", what, err)
	}
}
