//go:build cgo

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
)

// start runs the whole program but for its exit, on a command line.
func start(t *testing.T, ctx context.Context, args ...string) string {
	t.Helper()
	o, err := parse(args, os.Stdout)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(ctx, o, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "call.html")
	out := start(t, t.Context(), "--duration=3s", "--capacity=1M", "--delay=10ms", "--runs=2", "--profile=libwebrtc",
		"--out="+path)
	for _, want := range []string{
		"Run 1 of 2: 3s over 1 Mbit/s, profile libwebrtc, seed 1", "Run 2 of 2: 3s over 1 Mbit/s, profile libwebrtc, seed 2", "\n   3      1.00  ", "\nSummary\n",
		"Median of 2 runs", "Seeds 1 to 2.", strings.TrimSuffix(path, ".html") + "-2.html",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("colours without a terminal")
	}
	for _, suffix := range []string{"-1.html", "-2.html"} {
		page, err := os.ReadFile(strings.TrimSuffix(path, ".html") + suffix)
		if err != nil || !bytes.Contains(page, []byte("A call over 1 Mbit/s")) ||
			!bytes.Contains(page, []byte("profile libwebrtc")) {
			t.Errorf("report %s of %d bytes: %v", suffix, len(page), err)
		}
	}
}

func TestJSON(t *testing.T) {
	var got struct {
		Conventions struct{ Sizes, Receiver, Sender string }
		Runs        []callrecord.Summary
		Median      callrecord.Summary
	}
	out := start(t, t.Context(), "--duration=2s", "--capacity=1M", "--delay=0s", "--out=", "--json")
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	if len(got.Runs) != 1 || got.Median.Duration != 2*time.Second || got.Median.Sent < 20 || got.Median.Utilisation <= 0 ||
		!strings.Contains(got.Conventions.Receiver, "profile adaptive") {
		t.Errorf("%+v", got)
	}
}

// Ctrl-C ends the call, and what there is so far is shown.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	out := start(t, ctx, "--duration=1h", "--runs=5", "--delay=0s", "--out=")
	if !strings.Contains(out, "\nSummary\n") || strings.Contains(out, "Run 2") || strings.Contains(out, "Median") {
		t.Errorf("%s", out)
	}
}

// A drop too shortly before the end to be followed.
func TestCheckFails(t *testing.T) {
	o, err := parse(strings.Fields("--check --runs=1 --duration=5.1s --capacity=1M,50k@5s --delay=10ms --out= --json"), os.Stdout)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), o, &out); err == nil || !strings.Contains(err.Error(), "check: missed by the median of 1 run: ") ||
		!strings.Contains(err.Error(), "drop at 5s not within 0.10 s") {
		t.Errorf("%v", err)
	}
	if !json.Valid(out.Bytes()) {
		t.Errorf("no JSON:\n%s", &out)
	}
}

func TestReportThatCannotBeWritten(t *testing.T) {
	o, err := parse([]string{"--duration=2s", "--delay=0s", "--out=" + t.TempDir()}, os.Stdout)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), o, &out); err == nil || !strings.Contains(err.Error(), "report") {
		t.Errorf("%v", err)
	}
	if !strings.Contains(out.String(), "\nSummary\n") {
		t.Error("the figures are lost with the report")
	}
}
