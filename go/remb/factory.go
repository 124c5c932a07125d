package remb

import (
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"
	"weak"

	"github.com/pion/interceptor"
)

// BWEInterceptorFactory makes a [BWEInterceptor] for each peer connection. Add it to an interceptor.Registry, before
// all others: it is then nearest to the wire. All methods may be called from several goroutines at a time.
type BWEInterceptorFactory struct {
	opts  *options
	tally tally

	mu         sync.Mutex
	onNew      func(id string, estimator *Estimator)
	estimators map[string]weak.Pointer[Estimator]
}

var _ interceptor.Factory = (*BWEInterceptorFactory)(nil)

// NewBWEInterceptorFactory makes a factory whose interceptors all have these options. Errors: an [Error] of
// [StatusArgument] that names the option that is out of range, [ErrVersion], [ErrCgoDisabled].
func NewBWEInterceptorFactory(opts ...Option) (*BWEInterceptorFactory, error) {
	all, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	return &BWEInterceptorFactory{opts: all, estimators: map[string]weak.Pointer[Estimator]{}}, nil
}

// CountsAudio reports whether WithAudio was given.
func (f *BWEInterceptorFactory) CountsAudio() bool { return f.opts.audio }

// NewInterceptor makes the interceptor of the peer connection whose PeerConnection.ID is id. Pion calls it.
func (f *BWEInterceptorFactory) NewInterceptor(id string) (interceptor.Interceptor, error) {
	i, err := newBWEInterceptor(f, id)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	onNew := f.onNew
	f.estimators[id] = weak.Make(i.estimator)
	f.mu.Unlock()
	f.tally.add(i.estimator)
	// Pion drops an interceptor without closing it if another factory of the registry fails.
	runtime.AddCleanup(i.estimator, func(id string) { f.forget(id, nil) }, id)
	if onNew != nil {
		onNew(id, i.estimator)
	}
	return i, nil
}

// OnNewPeerConnection sets a function to call with each new peer connection's id and estimator, before it has any
// stream; nil removes it. It is called with no lock held.
func (f *BWEInterceptorFactory) OnNewPeerConnection(callback func(id string, estimator *Estimator)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.onNew = callback
}

// Estimator returns the estimator of the peer connection whose PeerConnection.ID is id, or nil if there is none or it
// has been closed.
func (f *BWEInterceptorFactory) Estimator(id string) *Estimator {
	f.mu.Lock()
	e := f.estimators[id].Value()
	f.mu.Unlock()
	if e == nil || e.isClosed() {
		return nil
	}
	return e
}

// Estimators goes through the ids and estimators of all peer connections, in no particular order: of those that were
// there when the loop began, the ones that are still open at their turn. The loop's body runs with no lock held, may
// call anything, and holds nobody up.
func (f *BWEInterceptorFactory) Estimators() iter.Seq2[string, *Estimator] {
	return func(yield func(string, *Estimator) bool) {
		f.mu.Lock()
		ids := slices.Collect(maps.Keys(f.estimators))
		f.mu.Unlock()
		for _, id := range ids {
			if e := f.Estimator(id); e != nil && !yield(id, e) {
				return
			}
		}
	}
}

// remember has an id stand for an estimator.
func (f *BWEInterceptorFactory) remember(id string, e *Estimator) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.estimators[id] = weak.Make(e)
}

// forget removes an estimator that is closed or, for nil, has been collected. Another one may have its id by now.
func (f *BWEInterceptorFactory) forget(id string, e *Estimator) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p, ok := f.estimators[id]; ok && p.Value() == e {
		delete(f.estimators, id)
	}
}
