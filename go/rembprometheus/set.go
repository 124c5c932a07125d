package rembprometheus

import (
	"iter"
	"maps"
	"sync"

	"github.com/libremb/libremb/go/remb"
)

// Set is a [Source] of estimators that a server with its own RTP loop makes by [remb.NewEstimator]. The zero Set is
// empty and ready to use, by several goroutines at a time.
type Set struct {
	mu         sync.Mutex
	done       remb.Totals // of those that were removed
	estimators map[string]*remb.Estimator
	names      map[*remb.Estimator]string
}

// Add adds an estimator. Its name stands for what a peer connection's ID is elsewhere; another one that had it before
// is removed. An estimator has one name: adding it once more changes that, and does not count it twice. One that is
// closed is not added. Add panics if e is nil.
func (s *Set) Add(name string, e *remb.Estimator) {
	if e == nil {
		panic("rembprometheus: Set.Add of a nil Estimator")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.estimators[name] == e || e.Stats().Closed {
		return
	}
	s.remove(name)
	if s.estimators == nil {
		s.estimators, s.names = map[string]*remb.Estimator{}, map[*remb.Estimator]string{}
	}
	if old, ok := s.names[e]; ok {
		delete(s.estimators, old)
	}
	s.estimators[name], s.names[e] = e, name
}

// Remove closes an estimator and keeps what it has counted. A name that is not in use does no harm.
func (s *Set) Remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(name)
}

func (s *Set) remove(name string) {
	e := s.estimators[name]
	if e == nil {
		return
	}
	_ = e.Close() // it always returns nil, and what has been counted is final then
	totals := e.Totals()
	s.done.Add(&totals)
	delete(s.estimators, name)
	delete(s.names, e)
}

func (s *Set) snapshot() (done remb.Totals, estimators map[string]*remb.Estimator) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done, maps.Clone(s.estimators)
}

// Estimators implements [Source].
func (s *Set) Estimators() iter.Seq2[string, *remb.Estimator] {
	_, estimators := s.snapshot()
	return maps.All(estimators)
}

// Totals implements [Source].
func (s *Set) Totals() remb.Totals {
	sum, estimators := s.snapshot()
	for _, e := range estimators {
		totals := e.Totals()
		sum.Add(&totals)
	}
	return sum
}
