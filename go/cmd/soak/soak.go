package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// firstLifetime is the mean one of the call before all others.
const firstLifetime = 100 * time.Millisecond

// run soaks and prints. The error says what was not flat, or not given back.
func run(ctx context.Context, o options, out io.Writer) error {
	server, err := newServer(o.profile)
	if err != nil {
		return err
	}
	c := &churn{server: server, lifetime: o.lifetime, seed: o.seed}
	// A short call first: what a process makes once and keeps is then there.
	first := &churn{server: server, lifetime: firstLifetime, seed: o.seed}
	if err := first.call(ctx, rand.New(rand.NewPCG(o.seed, 0))); err != nil {
		return err
	}
	before, err := read(0, server.factory)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, header); err != nil {
		return err
	}
	readings, err := c.soak(ctx, o, out)
	if err != nil {
		return err
	}
	after, err := settle(server.factory, &before)
	if err != nil {
		return err
	}
	return conclude(out, readings, &before, &after)
}

// soak churns for the duration and returns a reading each o.every.
func (c *churn) soak(ctx context.Context, o options, out io.Writer) ([]reading, error) {
	churning, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- c.run(churning, o.connections) }()
	var readings []reading
	start, tick := time.Now(), time.NewTicker(o.every)
	defer tick.Stop()
	for time.Since(start) < o.duration {
		select {
		case <-tick.C:
		case err := <-ended: // before its time
			return nil, errors.Join(err, context.Cause(ctx))
		}
		r, err := read(time.Since(start), c.server.factory)
		if err == nil {
			err = r.write(out, c.opened.Load())
		}
		if err != nil {
			stop()
			return nil, errors.Join(err, <-ended)
		}
		readings = append(readings, r)
	}
	stop()
	return readings, <-ended
}

// conclude prints how each figure went and what is left at the end, and returns what is wrong with that.
func conclude(out io.Writer, readings []reading, before, after *reading) error {
	var errs []error
	text := "\n"
	for _, figure := range []int{resident, goroutines, estimators, descriptors} {
		values := make([]float64, len(readings))
		for i := range readings {
			values[i] = readings[i].held[figure]
		}
		name := names[figure]
		trend, word := trendOf(values), "flat  "
		if !trend.flat() {
			word = "GROWS "
			errs = append(errs, fmt.Errorf("%s: %v", name, trend))
		}
		text += fmt.Sprintf("%s  %s: %v\n", word, name, trend)
	}
	text += "\nbefore the first call and after the last:\n"
	for figure, name := range names {
		unit, scale := "", 1.0
		if figure == resident || figure == heap {
			unit, scale = " MB", mb
		}
		text += fmt.Sprintf("  %s: %.4g and %.4g%s\n", name, before.held[figure]/scale, after.held[figure]/scale, unit)
	}
	_, err := io.WriteString(out, text)
	return errors.Join(append(errs, err, after.givenBack(before))...)
}
