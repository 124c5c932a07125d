package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// One call of so many ends while it is connecting, within abortWithin.
	abortedOf   = 8
	abortWithin = 50 * time.Millisecond
)

// churn keeps calls open.
type churn struct {
	server   *server
	lifetime time.Duration
	seed     uint64
	opened   atomic.Int64
	aborted  atomic.Int64
}

// run keeps that many calls open until ctx ends or one fails, and closes them all.
func (c *churn) run(ctx context.Context, connections int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, connections)
	var slots sync.WaitGroup
	for slot := range connections {
		random := rand.New(rand.NewPCG(c.seed, uint64(slot)))
		slots.Go(func() {
			for ctx.Err() == nil && errs[slot] == nil {
				errs[slot] = c.call(ctx, random)
			}
			if errs[slot] != nil {
				cancel()
			}
		})
	}
	slots.Wait()
	return errors.Join(errs...)
}

// call makes a call and ends it.
func (c *churn) call(ctx context.Context, random *rand.Rand) (err error) {
	life := time.Duration(random.ExpFloat64() * float64(c.lifetime))
	how := ending(random.IntN(int(endings)))
	aborted := random.IntN(abortedOf) == 0
	call, err := newCall(c.server, random.Uint64())
	if err != nil {
		return err
	}
	c.opened.Add(1)
	defer func() { err = errors.Join(err, call.close(how)) }()
	connecting, cancel := context.WithTimeoutCause(ctx, connectTimeout, errors.New("no connection in time"))
	defer cancel()
	if err := call.negotiate(connecting); err != nil {
		return unlessOver(ctx, err)
	}
	if aborted {
		c.aborted.Add(1)
		sleep(ctx, time.Duration(random.Int64N(int64(abortWithin))))
		return nil
	}
	if err := call.start(connecting); err != nil {
		return unlessOver(ctx, err)
	}
	sleep(ctx, life)
	return nil
}

// unlessOver takes what fails at the end of the run for no failure.
func unlessOver(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
