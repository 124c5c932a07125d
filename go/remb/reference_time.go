package remb

import (
	"time"

	"github.com/pion/rtcp"
)

const (
	// ntpEpoch is 1970 in the seconds of NTP, which begin with 1900.
	ntpEpoch = 2_208_988_800
	// referenceInterval is how often a reference time is sent at most. More would not make the round-trip time known
	// any better, for what is used of it changes once a second.
	referenceInterval = time.Second
	// maxReferences is how many are remembered. Senders answer with their next sender report, within 5 s or so.
	maxReferences = 16
)

// ntpTime returns a wall-clock time as RFC 3550 section 4 has it: seconds since 1900, with 32 bits of fraction.
func ntpTime(t time.Time) uint64 {
	return uint64(t.Unix()+ntpEpoch)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// compactNTP returns the middle 32 bits of an NTP time: 1/65 536 s.
func compactNTP(t time.Time) uint32 { return uint32(ntpTime(t) >> 16) }

// compactDuration returns the time that is between two compact NTP times, which may be negative.
func compactDuration(d uint32) time.Duration { return time.Duration(int32(d)) * time.Second >> 16 }

// references remembers which receiver reference times were sent, and when. The estimator's lock guards it.
type references struct {
	sent [maxReferences]struct {
		stamp uint32
		at    time.Time
	}
	count int // of all that were ever sent
}

// nextReference returns an extended report with a receiver reference time, RFC 3611 section 4.4, if it is time for one.
func (e *Estimator) nextReference(now time.Time) (report *rtcp.ExtendedReport, due bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := &e.references
	if r.count > 0 && now.Sub(r.sent[(r.count-1)%maxReferences].at) < referenceInterval {
		return nil, false
	}
	r.sent[r.count%maxReferences].stamp = compactNTP(now)
	r.sent[r.count%maxReferences].at = now
	r.count++
	block := &rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: ntpTime(now)}
	return &rtcp.ExtendedReport{SenderSSRC: e.senderSSRC, Reports: []rtcp.ReportBlock{block}}, true
}

// referenceSent returns when the reference time of this stamp was sent, unless it was not or is long forgotten.
func (e *Estimator) referenceSent(stamp uint32) (at time.Time, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, sent := range e.references.sent[:min(e.references.count, maxReferences)] {
		if sent.stamp == stamp {
			return sent.at, true
		}
	}
	return time.Time{}, false
}
