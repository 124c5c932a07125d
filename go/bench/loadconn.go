package main

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
)

// loaded is the connections of a load.
type loaded struct {
	readers   []*loadReader
	measuring atomic.Bool // latencies are kept
	stop      atomic.Bool
	reading   sync.WaitGroup
}

// loadReader is a connection with the goroutine that reads it.
type loadReader struct {
	*connection
	latencies histogram
	err       error
}

// openAll makes the connections, of one stream each.
func openAll(o options, factory interceptor.Factory) (*loaded, error) {
	all := &loaded{}
	for n := range o.connections {
		c, err := connect(fmt.Sprint(n), factory, &line{}, 1, false)
		if err != nil {
			all.close()
			return nil, err
		}
		all.readers = append(all.readers, &loadReader{connection: c})
	}
	return all, nil
}

// start has bursts come to each connection, evenly spread over all.
func (all *loaded) start(rate int) {
	interval := packetsPerBurst * time.Second / time.Duration(rate)
	start := time.Now()
	for i, r := range all.readers {
		first := interval * time.Duration(i) / time.Duration(len(all.readers))
		all.reading.Go(func() { r.run(all, start, first, interval) })
	}
}

// halt stops the readers and waits for them.
func (all *loaded) halt() error {
	all.stop.Store(true)
	all.reading.Wait()
	var errs []error
	for _, r := range all.readers {
		errs = append(errs, r.err)
	}
	return errors.Join(errs...)
}

func (all *loaded) close() {
	_ = all.halt()
	for _, r := range all.readers {
		_ = r.chain.Close()
	}
}

// run reads a burst whenever it is time for one. The reader at the bottom of the chain returns at once, so that what is
// measured is the chain, and with it whatever keeps its goroutine from going on meanwhile.
func (r *loadReader) run(all *loaded, start time.Time, first, interval time.Duration) {
	for at := first; !all.stop.Load(); at += interval {
		time.Sleep(at - time.Since(start))
		r.line.sent.Store(int64(at))
		before := time.Since(start)
		for range packetsPerBurst {
			if r.err = r.read(); r.err != nil {
				return
			}
			after := time.Since(start)
			if all.measuring.Load() {
				r.latencies.add(after - before)
			}
			before = after
		}
	}
}
