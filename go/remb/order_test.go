//go:build cgo

package remb

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// With -seed=N the tests of random orders take that one seed, the one that a failure has named.
var seedFlag = flag.Uint64("seed", 0, "seed of the random orders of calls; 0: several, other ones each time")

// seeds returns what to run with. The first few are always the same. With -short it is only one.
func seeds(n uint64) (all []uint64) {
	if *seedFlag != 0 {
		return []uint64{*seedFlag}
	}
	if testing.Short() {
		return []uint64{rand.Uint64() | 1}
	}
	for seed := range n {
		all = append(all, seed+1)
	}
	return append(all, rand.Uint64()|1<<32, rand.Uint64()|1<<32)
}

// TestAnyOrder makes all calls in random orders, one at a time and in fake time, so that what may be written is known
// exactly: see connection.check.
func TestAnyOrder(t *testing.T) {
	for _, seed := range seeds(12) {
		inBubble(t, fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newWorld(t, true)
			c := &caller{world: w, random: rand.New(rand.NewPCG(seed, 0))}
			for range 1200 {
				c.call()
				synctest.Wait()
				w.checkAll()
			}
			w.end()
		})
	}
}

// TestAnyOrderAtOnce makes them from several goroutines.
func TestAnyOrderAtOnce(t *testing.T) {
	for _, seed := range seeds(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, false)
			var all sync.WaitGroup
			for worker := range uint64(4) {
				all.Go(func() {
					c := &caller{world: w, random: rand.New(rand.NewPCG(seed, worker))}
					for range 800 {
						c.call()
					}
				})
			}
			done := make(chan struct{})
			go func() { all.Wait(); close(done) }()
			select {
			case <-done:
			case <-time.After(time.Minute):
				// Not by t.Fatal, which would leave no trace of where they hang.
				fmt.Fprintf(os.Stderr, "seed %d hangs\n", seed)
				panic("the calls hang")
			}
			w.end()
		})
	}
}
