package main

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libremb/libremb/go/remb"
)

// Where the goals lie: ns over the bare reader on a machine where a trivial cgo call takes 30 ns, more where it takes
// more; the share of what the twcc sender costs; allocations, of which Read has none, but REMBs have some.
const (
	goalOverBare    = 110.0
	goalCgoCall     = 30.0
	goalShare       = 1.0 / 6
	goalAllocations = 0.1
	batch           = 16   // packets that Estimator.OnPackets is given at a time
	leastPackets    = 1000 // that a connection reads, even if the time is up: what starting to read costs must not show
)

// row is a line of the table: the cost of a packet.
type row struct {
	Interceptor          string
	Connections, Streams int
	Ns                   float64 // of processor time
	OverBare             float64 // ns more than without an interceptor
	Bytes, Allocations   float64
}

// cost is the table, and what else was measured in the same rounds.
type cost struct {
	Rows      []row
	Rounds    int
	CgoCall   float64 // ns of a cgo call that does nothing
	Clock     float64 // ns of time.Since
	TestClock float64 // ns that the test's clock takes longer than that, left out of our rows
	OnPackets float64 // ns a packet of Estimator.OnPackets with a batch of them
}

// measureCost gives everything its turn in each round, so that a machine that gets slower does so for all.
func measureCost(ctx context.Context, o options) (*cost, error) {
	type key struct {
		subject              *subject
		connections, streams int
	}
	var keys []key
	for _, connections := range []int{1, 8} {
		for _, streams := range []int{1, 100} {
			for i := range subjects {
				keys = append(keys, key{&subjects[i], connections, streams})
			}
		}
	}
	rows := make([][]row, len(keys)) // by round
	var cgoCalls, clocks, surpluses, batches []float64
	for range o.rounds {
		l := &line{start: time.Now()}
		call, err := repeat(o.slice, cgoCall)
		clock, err2 := repeat(o.slice, func() { _ = time.Since(l.start) })
		testClock, err3 := repeat(o.slice, func() { _ = l.now().Sub(l.start) })
		perPacket, err4 := measureOnPackets(o.slice)
		if err := errors.Join(err, err2, err3, err4); err != nil {
			return nil, err
		}
		surplus := testClock - clock
		cgoCalls, clocks = append(cgoCalls, call), append(clocks, clock)
		surpluses, batches = append(surpluses, surplus), append(batches, perPacket)
		var without row
		for i, k := range keys {
			if ctx.Err() != nil {
				return nil, errors.New("interrupted")
			}
			r, err := measure(k.subject, k.connections, k.streams, o.slice)
			if err != nil {
				return nil, err
			}
			switch k.subject.name {
			case bare:
				without = r
			case ours:
				r.Ns -= surplus
			}
			r.OverBare = r.Ns - without.Ns
			rows[i] = append(rows[i], r)
		}
	}
	c := &cost{
		Rounds: o.rounds, CgoCall: median(cgoCalls), Clock: median(clocks), TestClock: median(surpluses),
		OnPackets: median(batches),
	}
	for _, rounds := range rows {
		c.Rows = append(c.Rows, medianRow(rounds))
	}
	return c, nil
}

// measure has connections of a subject read as fast as they can, each on a goroutine of its own.
func measure(s *subject, connections, streams int, length time.Duration) (row, error) {
	r := row{Interceptor: s.name, Connections: connections, Streams: streams}
	all := make([]*connection, 0, connections)
	defer func() {
		for _, c := range all {
			_ = c.chain.Close()
		}
	}()
	for n := range connections {
		c, err := s.open(n, streams)
		if err != nil {
			return r, err
		}
		all = append(all, c)
		// All streams are known and there is an estimate.
		for range max(2000, 20*streams) {
			if err := c.read(); err != nil {
				return r, err
			}
		}
	}

	var stop atomic.Bool
	var packets atomic.Int64
	failures := make([]error, connections)
	var reading sync.WaitGroup
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	cpuBefore, err := cpuTime()
	if err != nil {
		return r, err
	}
	timer := time.AfterFunc(length, func() { stop.Store(true) })
	defer timer.Stop()
	for i, c := range all {
		reading.Go(func() {
			n, err := int64(0), error(nil)
			for ; err == nil && (n < leastPackets || !stop.Load()); n++ {
				err = c.read()
			}
			failures[i] = err
			packets.Add(n)
		})
	}
	reading.Wait()
	cpuAfter, err := cpuTime()
	if err != nil {
		return r, err
	}
	runtime.ReadMemStats(&after)
	if err := errors.Join(failures...); err != nil {
		return r, err
	}
	n := float64(packets.Load())
	r.Ns = float64(cpuAfter-cpuBefore) / n
	r.Bytes = float64(after.TotalAlloc-before.TotalAlloc) / n
	r.Allocations = float64(after.Mallocs-before.Mallocs) / n
	return r, nil
}

// repeat returns how many ns of processor time a call of f takes.
func repeat(length time.Duration, f func()) (float64, error) {
	const calls = 1000
	before, err := cpuTime()
	if err != nil {
		return 0, err
	}
	start, n := time.Now(), 0
	for n == 0 || time.Since(start) < length {
		for range calls {
			f()
		}
		n += calls
	}
	after, err := cpuTime()
	return float64(after-before) / float64(n), err
}

// measureOnPackets returns what a packet costs that comes to an Estimator with others.
func measureOnPackets(length time.Duration) (float64, error) {
	e, err := remb.NewEstimator()
	if err != nil {
		return 0, err
	}
	defer func() { _ = e.Close() }()
	var refused error
	packets := make([]remb.Packet, batch)
	at := time.Now()
	ns, err := repeat(length, func() {
		for i := range packets {
			at = at.Add(packetSpacing)
			packets[i] = remb.Packet{SSRC: 1, Arrival: at, PayloadSize: packetSize, Stamps: remb.StampRTPTimestamp}
		}
		if _, err := e.OnPackets(packets); err != nil {
			refused = err
		}
	})
	return ns / batch, errors.Join(err, refused)
}
