//go:build cgo

package remb

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
)

func TestFactory(t *testing.T) {
	factory, err := NewBWEInterceptorFactory()
	if err != nil {
		t.Fatal(err)
	}
	announced := map[string]*Estimator{}
	factory.OnNewPeerConnection(func(id string, e *Estimator) {
		announced[id] = e
		if factory.Estimator(id) != e { // may call back in
			t.Error("the factory does not know it yet")
		}
	})
	a, err := factory.NewInterceptor("a")
	if err != nil {
		t.Fatal(err)
	}
	factory.OnNewPeerConnection(nil)
	b, err := factory.NewInterceptor("b")
	if err != nil {
		t.Fatal(err)
	}
	estimatorA, estimatorB := factory.Estimator("a"), factory.Estimator("b")
	if estimatorA == nil || estimatorB == nil || estimatorA == estimatorB || len(announced) != 1 ||
		announced["a"] != estimatorA {
		t.Errorf("a has %p, b has %p, announced %v", estimatorA, estimatorB, announced)
	}
	if estimatorA.SenderSSRC() == estimatorB.SenderSSRC() {
		t.Error("both send from the same SSRC")
	}
	if factory.Estimator("c") != nil {
		t.Error("an estimator of nobody")
	}
	// An id that comes again belongs to the newer one, whatever becomes of the older.
	again, err := factory.NewInterceptor("a")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil || factory.Estimator("a") == nil || factory.Estimator("a") == estimatorA {
		t.Errorf("closing the first a: %v, %p", err, factory.Estimator("a"))
	}
	_, _ = again.Close(), b.Close()
	if factory.Estimator("a") != nil || factory.Estimator("b") != nil || len(factory.estimators) != 0 {
		t.Errorf("%d are left", len(factory.estimators))
	}
}

func TestEstimators(t *testing.T) {
	factory, err := NewBWEInterceptorFactory()
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]interceptor.Interceptor{}
	for _, id := range []string{"a", "b", "c", "d"} {
		if open[id], err = factory.NewInterceptor(id); err != nil {
			t.Fatal(err)
		}
	}
	all := factory.Estimators()
	_ = open["a"].Close() // all looks when it is ranged over
	delete(open, "a")
	seen := 0
	for id, e := range all {
		if seen++; e == nil || e != factory.Estimator(id) || e.Stats().Profile != ProfileAdaptive {
			t.Errorf("%s has %p", id, e)
		}
	}
	if seen != 3 {
		t.Errorf("%d estimators, want 3", seen)
	}
	seen = 0
	for id := range all {
		seen++
		for other, i := range open {
			if other != id {
				_ = i.Close()
				delete(open, other)
			}
		}
	}
	if seen != 1 {
		t.Errorf("%d estimators, although the first one's turn closed all others", seen)
	}
	for range all {
		break
	}
	for _, i := range open {
		_ = i.Close()
	}
	for id := range all {
		t.Errorf("%s is still there", id)
	}
}

// TestForgottenInterceptors has interceptors dropped without Close, as Pion does if another factory fails.
func TestForgottenInterceptors(t *testing.T) {
	factory, err := NewBWEInterceptorFactory()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			if _, err := factory.NewInterceptor(fmt.Sprint(n)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for range 100 {
		runtime.GC()
		factory.mu.Lock()
		left := len(factory.estimators)
		factory.mu.Unlock()
		if left == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("forgotten interceptors are kept")
}
