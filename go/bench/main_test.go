//go:build cgo

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

// start runs the whole program but for its exit, on a command line.
func start(ctx context.Context, args string) (string, error) {
	o, err := parse(strings.Fields(args), io.Discard)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = run(ctx, o, &out)
	return out.String(), err
}

func TestCost(t *testing.T) {
	// The kernel counts the time of a thread that goes on a tick late, 10 ms at most.
	out, err := start(t.Context(), "--rounds=1 --slice=50ms --json")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Figures  cost
		Verdicts []verdict
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	seen := map[string]bool{}
	for _, r := range got.Figures.Rows {
		seen[fmt.Sprint(r.Interceptor, r.Connections, r.Streams)] = true
		if r.Ns < 5 || r.Ns > 1e6 || math.Abs(r.OverBare) > r.Ns {
			t.Errorf("%+v", r)
		}
		// Of ours REMBs allocate, which are a minute apart; of Pion's, each packet's header.
		switch {
		case r.Interceptor == bare && r.Allocations > 0.1, r.Interceptor == ours && r.Allocations > goalAllocations:
			t.Errorf("%.2f allocations a packet: %+v", r.Allocations, r)
		case r.Interceptor != bare && r.Interceptor != ours && (r.Allocations < 1 || r.Bytes < 100):
			t.Errorf("%s had no packet to look at: %+v", r.Interceptor, r)
		}
	}
	if len(seen) != 4*len(subjects) || len(got.Verdicts) != 3*4 {
		t.Errorf("%d rows, %d verdicts", len(seen), len(got.Verdicts))
	}
	if f := got.Figures; f.CgoCall < 1 || f.Clock < 1 || f.OnPackets < 1 {
		t.Errorf("%+v", f)
	}
}

func TestText(t *testing.T) {
	out, err := start(t.Context(), "--rounds=1 --slice=1ms")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nremb                       1      1 ", "\ntwcc sender                8    100 ", "a trivial cgo call",
		"  8 connections, 100 SSRCs: ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestLoad(t *testing.T) {
	out, err := start(t.Context(), "--load --connections=20 --duration=1s --json")
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Figures load }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	f := got.Figures
	for i, packets := range f.Packets {
		if math.Abs(packets-20*500) > 0.1*20*500 {
			t.Errorf("%.0f packets/s", packets)
		}
		if f.CPU[i] <= 0 || f.P50[i] <= 0 || f.P50[i] > f.P99[i] || f.P99[i] > f.P999[i] {
			t.Errorf("%+v", f)
		}
	}
	if f.Goroutines != 1 {
		t.Errorf("%.2f goroutines a connection", f.Goroutines)
	}
	if f.REMBs < 10 || f.WakeUps < 10 || f.WakeUps > 200 {
		t.Errorf("%.1f REMBs/s, %.1f wake-ups/s of 20 connections", f.REMBs, f.WakeUps)
	}
	if f.SilentWakeUps != 0 {
		t.Errorf("%.1f wake-ups/s in silence", f.SilentWakeUps)
	}
}

func TestInterrupt(t *testing.T) {
	for _, args := range []string{"--rounds=10000", "--load --connections=1 --duration=1h"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		if out, err := start(ctx, args); err == nil || err.Error() != "interrupted" {
			t.Errorf("%s: %v, %s", args, err, out)
		}
		cancel()
	}
}

func TestFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--rounds=0": "--rounds: 0 is not", "--slice=1us": "--slice", "--duration=1ms": "--duration", "--rate=1": "--rate",
		"more": "no other arguments", "--wrong": "not defined",
	} {
		if _, err := start(t.Context(), args); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
	var help bytes.Buffer
	if _, err := parse([]string{"--help"}, &help); err == nil || !strings.Contains(help.String(), "--load") {
		t.Errorf("%v, %s", err, &help)
	}
}
