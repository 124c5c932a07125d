package remb

import (
	"sync"
	"weak"
)

// Totals is what estimators have counted since they were made. Unlike in [Stats], nothing in it ever falls, neither
// when an estimator is reset nor when it is closed: it is what a monitoring system wants for its counters.
type Totals struct {
	Estimators       int64 // made: one for each peer connection
	Packets          int64 // counted
	Bytes            int64 // their payload plus padding
	MalformedPackets int64 // left out: not valid RTP
	REMBs            REMBHistogram
	Decreases        int64 // REMBs sent that said less than the one before
	WriteErrors      int64 // REMBs that could not be written; some are usual before DTLS is up
}

// REMBHistogram counts REMBs sent by the rate that they said.
type REMBHistogram struct {
	// Counts has the number of REMBs above the bound before and up to [REMBBound] of the index; the last one has no
	// bound.
	Counts [len(rembBounds) + 1]int64
	Sum    float64 // of all rates, bit/s
}

// About half as much again each, in numbers that people set as limits.
var rembBounds = [...]int{
	50_000, 100_000, 150_000, 200_000, 300_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_000_000, 3_000_000, 5_000_000,
	7_500_000, 10_000_000, 15_000_000, 20_000_000, 30_000_000, 50_000_000, 100_000_000,
}

// REMBBound returns the highest rate in bit/s that [REMBHistogram].Counts[i] counts. It panics for the last one, which
// has no bound.
func REMBBound(i int) int { return rembBounds[i] }

func (h *REMBHistogram) observe(bitrate int) {
	i := 0
	for i < len(rembBounds) && bitrate > rembBounds[i] {
		i++
	}
	h.Counts[i]++
	h.Sum += float64(bitrate)
}

// Add adds what other estimators have counted.
func (t *Totals) Add(other *Totals) {
	t.Estimators += other.Estimators
	t.Packets += other.Packets
	t.Bytes += other.Bytes
	t.MalformedPackets += other.MalformedPackets
	for i, n := range other.REMBs.Counts {
		t.REMBs.Counts[i] += n
	}
	t.REMBs.Sum += other.REMBs.Sum
	t.Decreases += other.Decreases
	t.WriteErrors += other.WriteErrors
}

// Totals returns what the estimator has counted since it was made. After [Estimator.Close] it says what it was then.
func (e *Estimator) Totals() Totals {
	e.mu.Lock()
	defer e.mu.Unlock()
	totals := e.totals
	totals.Estimators = 1
	totals.MalformedPackets, totals.WriteErrors = e.malformed, e.writeErrors
	if !e.closed {
		e.addCounted(&totals)
	}
	return totals
}

// addCounted adds what the C library forgets on reset. Call it with the estimator locked and not closed.
func (e *Estimator) addCounted(totals *Totals) {
	var stats Stats
	e.core.stats(&stats, &e.line)
	totals.Packets += stats.Packets
	totals.Bytes += stats.Bytes
}

// countREMB counts a REMB that has been sent. Call it with the estimator locked.
func (e *Estimator) countREMB(bitrate int) {
	e.rembsSent++
	e.totals.REMBs.observe(bitrate)
	if bitrate < e.lastREMBBitrate {
		e.totals.Decreases++
	}
	e.lastREMBBitrate = bitrate
}

// tally adds up the totals of estimators that come and go.
type tally struct {
	mu   sync.Mutex
	done Totals // of those that are closed, and how many there were in all
	open map[weak.Pointer[Estimator]]struct{}
}

func (t *tally) add(e *Estimator) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = map[weak.Pointer[Estimator]]struct{}{}
	}
	t.open[weak.Make(e)] = struct{}{}
	t.done.Estimators++
}

// remove takes over what a closed estimator has counted, once.
func (t *tally) remove(e *Estimator) {
	totals := e.Totals()
	totals.Estimators = 0
	t.mu.Lock()
	defer t.mu.Unlock()
	p := weak.Make(e)
	if _, ok := t.open[p]; ok {
		delete(t.open, p)
		t.done.Add(&totals)
	}
}

// sum asks the estimators with no lock held. One that is closed meanwhile still answers, and never less than before, so
// that no later sum is smaller.
func (t *tally) sum() Totals {
	t.mu.Lock()
	sum := t.done
	open := make([]*Estimator, 0, len(t.open))
	for p := range t.open {
		if e := p.Value(); e != nil {
			open = append(open, e)
		} else { // collected, and never used: see BWEInterceptorFactory.NewInterceptor
			delete(t.open, p)
		}
	}
	t.mu.Unlock()
	for _, e := range open {
		totals := e.Totals()
		totals.Estimators = 0
		sum.Add(&totals)
	}
	return sum
}

// Totals returns what the estimators of all peer connections have counted since the factory was made, those of closed
// ones included. It takes a fraction of a microsecond for each open one, and holds up no packet for longer than that.
func (f *BWEInterceptorFactory) Totals() Totals { return f.tally.sum() }
