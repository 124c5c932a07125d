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
	// maxReports is the same for sender reports. Pion's carry one stamp for all streams, one a second, and are answered
	// within a second or five. Reports that are forwarded have each a stamp of its own.
	maxReports = 128
)

// ntpTime returns a wall-clock time as RFC 3550 section 4 has it: seconds since 1900, with 32 bits of fraction.
func ntpTime(t time.Time) uint64 {
	return uint64(t.Unix()+ntpEpoch)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// compactNTP returns the middle 32 bits of an NTP time: 1/65 536 s.
func compactNTP(t time.Time) uint32 { return uint32(ntpTime(t) >> 16) }

// compactDuration returns a time that is given in units of 1/65 536 s.
func compactDuration(d uint32) time.Duration { return time.Duration(d) * time.Second >> 16 }

// stamps remembers which compact NTP times were sent, and when by the clock of this side, which is what round-trip
// times are measured with: what a stamp says does not matter. The estimator's lock guards it.
type stamps struct {
	sent   []sentStamp
	newest int // the index of the newest, if there is any
}

type sentStamp struct {
	stamp uint32
	at    time.Time
}

// add adds a stamp, in place of the oldest one if there are limit already. The newest one once more is nothing new.
func (s *stamps) add(stamp uint32, at time.Time, limit int) {
	switch {
	case len(s.sent) > 0 && s.sent[s.newest].stamp == stamp:
	case len(s.sent) < limit:
		s.newest = len(s.sent)
		s.sent = append(s.sent, sentStamp{stamp, at})
	default:
		s.newest = (s.newest + 1) % limit
		s.sent[s.newest] = sentStamp{stamp, at}
	}
}

// find returns when a stamp was sent, unless it was not or is long forgotten.
func (s *stamps) find(stamp uint32) (at time.Time, ok bool) {
	for _, sent := range s.sent {
		if sent.stamp == stamp {
			return sent.at, true
		}
	}
	return time.Time{}, false
}

// nextReference returns an extended report with a receiver reference time, RFC 3611 section 4.4, if it is time for one.
func (e *Estimator) nextReference(now time.Time) (report *rtcp.ExtendedReport, due bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r := &e.references; len(r.sent) > 0 && now.Sub(r.sent[r.newest].at) < referenceInterval {
		return nil, false
	}
	e.references.add(compactNTP(now), now, maxReferences)
	block := &rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: ntpTime(now)}
	return &rtcp.ExtendedReport{SenderSSRC: e.senderSSRC, Reports: []rtcp.ReportBlock{block}}, true
}

// reportLeaves remembers the compact NTP time of a sender report that is about to be written.
func (e *Estimator) reportLeaves(now time.Time, stamp uint32) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.reports.add(stamp, now, maxReports)
}

// addRTTSince takes an answer that arrives now to one of the stamps that were sent, held by the other side for a while.
// What answers none of them is not believed.
func (e *Estimator) addRTTSince(sent *stamps, stamp, held uint32, now time.Time) {
	e.mu.Lock()
	at, ok := sent.find(stamp)
	e.mu.Unlock()
	if ok {
		e.addRTT(now, now.Sub(at)-compactDuration(held))
	}
}
