//go:build cgo

package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/remb"
)

// TestSoak is the soak in short: a hundred calls or more within 24 s.
func TestSoak(t *testing.T) {
	o, err := parse(strings.Fields("--duration=24s --every=1s --connections=8 --lifetime=2s"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = run(t.Context(), o, &out)
	t.Logf("\n%s", &out)
	if err != nil {
		t.Error(err)
	}
	last := regexp.MustCompile(`(?m)^ +2[34] .*$`).FindAllString(out.String(), -1)
	if len(last) == 0 {
		t.Fatal("no line for the end")
	}
	fields := strings.Fields(last[len(last)-1])
	for column, least := range map[int]int{4: 1, 6: 1000, 7: 100, 8: 50} { // estimators, packets, REMBs, calls
		if n, err := strconv.Atoi(fields[column]); err != nil || n < least {
			t.Errorf("%s: column %d is below %d", last[len(last)-1], column, least)
		}
	}
}

// What is held on to is found, also if all figures were flat.
func TestLeak(t *testing.T) {
	server, err := newServer(remb.ProfileAdaptive)
	if err != nil {
		t.Fatal(err)
	}
	before, err := read(0, server.factory)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := newCall(server, 1)
	if err != nil {
		t.Fatal(err)
	}
	after, err := read(0, server.factory)
	if err != nil {
		t.Fatal(err)
	}
	if after.held[estimators] != 1 {
		t.Errorf("%.0f estimators are open", after.held[estimators])
	}
	readings := make([]reading, leastReadings)
	for i := range readings {
		readings[i] = after
	}
	var out bytes.Buffer
	if err := conclude(&out, readings, &before, &after); err == nil || !strings.Contains(err.Error(), "at the start") ||
		strings.Contains(out.String(), "GROWS") {
		t.Errorf("%v\n%s", err, &out)
	}
	for i := range readings {
		readings[i].held[estimators] = float64(i)
	}
	out.Reset()
	if err := conclude(&out, readings, &before, &before); err == nil || !strings.Contains(err.Error(), "open estimators: +") ||
		strings.Count(out.String(), "GROWS") != 1 {
		t.Errorf("%v\n%s", err, &out)
	}
	if err := kept.close(byBoth); err != nil {
		t.Fatal(err)
	}
	if after, err = settle(server.factory, &before); err != nil || after.givenBack(&before) != nil {
		t.Error(err, after.givenBack(&before))
	}
}

func TestInterrupted(t *testing.T) {
	o, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	o.connections = 2
	if err := run(ctx, o, io.Discard); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestFlags(t *testing.T) {
	var help bytes.Buffer
	if _, err := parse([]string{"--help"}, &help); err != flag.ErrHelp || !strings.Contains(help.String(), "--lifetime=TIME") {
		t.Errorf("%v\n%s", err, &help)
	}
	if o, err := parse([]string{"--profile=libwebrtc"}, io.Discard); err != nil || o.profile != remb.ProfileLibwebrtc ||
		o.duration != 20*time.Minute || o.connections != 50 {
		t.Errorf("%+v, %v", o, err)
	}
	for args, want := range map[string]string{
		"--connections=0":  "--connections: 0 is not within",
		"--lifetime=1ms":   "--lifetime: 1ms is not within",
		"--every=1ms":      "--every: 1ms is below",
		"--duration=1m":    "--duration: 1m0s is less than 20 readings",
		"--profile=gcc":    `--profile: there is no "gcc"`,
		"--duration=10":    "invalid value",
		"20m":              `"20m" is not a flag`,
		"--goroutines=100": "not defined",
	} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %q", args, err, want)
		}
	}
}
