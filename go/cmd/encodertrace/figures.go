package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
)

const (
	// settle is how long after a change frames are not counted as those of the new rate.
	settle = 3 * time.Second
	// window is what rates are means of.
	window = 500 * time.Millisecond
	// together is how near packets are that leave in one burst.
	together = 5 * time.Millisecond
	// headroom is the share of a link that the REMBs of the queue figures fill: the knowing receiver's 0.9.
	headroom = 0.9
)

// figures are of the time with one REMB.
type figures struct {
	targetBps int64
	frames    int
	key       int
	perSecond float64
	skipped   int     // frames that 30 a second would have had besides
	use       float64 // payload over REMB

	sizes     []float64       // over targetBps / 30
	intervals []time.Duration // of capture
	spans     []time.Duration // that frames took to be sent
	queues    []time.Duration // that packets would wait before a link of targetBps / headroom

	// After the change to this REMB: until the first frame of a fitting size was captured, and until the payload of half a
	// second fits. Negative: not within the step.
	firstFits, followed time.Duration
}

// burst is the packets of a frame that left together.
type burst struct {
	targetBps int64
	bytes     int
	gap       time.Duration // until the next one of the same frame; 0: it is the last one
}

// measure works out the figures of each REMB. begin is the first frame's capture, in the recording's time.
func measure(frames []frame, begin time.Duration, r *callrecord.Recording) []figures {
	var all []figures
	for i, change := range r.REMBs {
		if i > 0 && change.Bps == r.REMBs[i-1].Bps {
			continue
		}
		end := r.Duration
		for _, later := range r.REMBs[i:] {
			if later.Bps != change.Bps {
				end = later.At
				break
			}
		}
		f := figures{targetBps: int64(change.Bps), firstFits: -1, followed: -1}
		if i > 0 {
			f.follow(between(frames, change.At-begin, end-begin), change.At-begin, change.Bps > r.REMBs[i-1].Bps)
		}
		f.settled(between(frames, change.At+settle-begin, end-begin))
		f.queues = queues(r.Sent, change.At+settle, end, change.Bps/headroom)
		all = append(all, f)
	}
	return all
}

// between are the frames captured from one time to another.
func between(frames []frame, from, to time.Duration) []frame {
	at := func(t time.Duration) int {
		i, _ := slices.BinarySearchFunc(frames, t, func(f frame, t time.Duration) int { return cmp.Compare(f.captured, t) })
		return i
	}
	return frames[at(from):max(at(from), at(to))]
}

// settled measures frames of one REMB.
func (f *figures) settled(frames []frame) {
	f.frames = len(frames)
	if f.frames < 2 {
		return
	}
	bytes := 0
	for i := range frames {
		frame := &frames[i]
		f.sizes = append(f.sizes, float64(frame.bytes)*8*frameRate/float64(f.targetBps))
		f.spans = append(f.spans, frame.span())
		if frame.key {
			f.key++
		}
		if i > 0 {
			interval := frame.captured - frames[i-1].captured
			f.intervals = append(f.intervals, interval)
			f.skipped += max(0, int((interval*frameRate+time.Second/2)/time.Second)-1)
			bytes += frames[i-1].bytes
		}
	}
	seconds := (frames[len(frames)-1].captured - frames[0].captured).Seconds()
	f.perSecond = float64(len(frames)-1) / seconds
	f.use = float64(bytes) * 8 / seconds / float64(f.targetBps)
}

// What counts as fitting: no more than this share above a lower REMB, no less than that share of a higher one.
const (
	fitsBelow = 1.2
	fitsAbove = 0.7
)

// follow finds out when frames fitted a REMB that came at a time.
func (f *figures) follow(frames []frame, came time.Duration, up bool) {
	fits := func(bps float64) bool {
		if up {
			return bps >= fitsAbove*float64(f.targetBps)
		}
		return bps <= fitsBelow*float64(f.targetBps)
	}
	for i := range frames {
		at := frames[i].captured
		if f.firstFits < 0 && fits(float64(frames[i].bytes)*8*frameRate) {
			f.firstFits = at - came
		}
		if f.followed < 0 && frames[len(frames)-1].captured >= at+window && fits(meanOver(frames[i:])) {
			f.followed = at - came
		}
	}
}

// meanOver is the mean rate of the window that the first frame begins.
func meanOver(frames []frame) (bps float64) {
	for _, f := range frames {
		if f.captured >= frames[0].captured+window {
			break
		}
		bps += float64(f.bytes) * 8 / window.Seconds()
	}
	return bps
}

// queues are the times that the packets of a while would have waited before a link of a rate, sent as they were.
func queues(sent []callrecord.Sent, from, to time.Duration, bps float64) (waits []time.Duration) {
	var free time.Duration // when the link is
	for _, p := range sent {
		if p.At < from || p.At >= to {
			continue
		}
		free = max(free, p.At)
		waits = append(waits, free-p.At)
		free += time.Duration(float64(p.Bytes) * 8 / bps * float64(time.Second))
	}
	return waits
}

// bursts takes the frames apart that did not leave at once.
func bursts(frames []frame) (all []burst) {
	for i := range frames {
		f := &frames[i]
		if f.span() < together {
			continue
		}
		b := burst{targetBps: f.targetBps}
		for j, p := range f.packets {
			if j > 0 && p.sent-f.packets[j-1].sent >= together {
				b.gap = p.sent - f.packets[j-1].sent
				all = append(all, b)
				b = burst{targetBps: f.targetBps}
			}
			b.bytes += p.bytes
		}
		all = append(all, b)
	}
	return all
}
