package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"

	"github.com/libremb/libremb/go/remb"
)

// What is watched.
const (
	resident = iota // bytes of memory
	heap            // bytes that the garbage collector found in use
	goroutines
	estimators
	descriptors
	figures
)

var names = [figures]string{"resident memory", "live Go heap", "goroutines", "open estimators", "file descriptors"}

// keeps is how much more may be held after the last call than before the first: of the heap, what the Go runtime keeps of
// goroutines that ended, 0.4 KB each, and maps that have grown.
var keeps = [figures]float64{heap: 2e6}

// reading is what the process holds at a time.
type reading struct {
	at     time.Duration
	held   [figures]float64
	totals remb.Totals
}

// read has the garbage collected first and its memory given back to the system, or figures would tell of that.
func read(at time.Duration, factory *remb.BWEInterceptorFactory) (r reading, err error) {
	debug.FreeOSMemory()
	r.at, r.totals = at, factory.Totals()
	if r.held[resident], err = residentBytes(); err != nil {
		return r, err
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	r.held[heap] = float64(live[0].Value.Uint64())
	r.held[goroutines] = float64(runtime.NumGoroutine())
	for range factory.Estimators() {
		r.held[estimators]++
	}
	open, err := os.ReadDir("/proc/self/fd")
	r.held[descriptors] = float64(len(open))
	return r, err
}

// residentBytes is the second number of /proc/self/statm, in pages: see proc(5).
func residentBytes() (float64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("/proc/self/statm: %q", text)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return float64(pages) * float64(os.Getpagesize()), err
}

// settle waits for what ends by itself a moment after its peer connection has been closed, and returns what is held then.
func settle(factory *remb.BWEInterceptorFactory, before *reading) (last reading, err error) {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if last, err = read(0, factory); err != nil || last.givenBack(before) == nil || time.Now().After(deadline) {
			return last, err
		}
	}
}

// givenBack compares what is held after the last call with what was before the first one.
func (r *reading) givenBack(before *reading) error {
	for _, figure := range []int{heap, goroutines, estimators, descriptors} {
		if r.held[figure] > before.held[figure]+keeps[figure] {
			return fmt.Errorf("%s: %.0f at the end, %.0f at the start", names[figure], r.held[figure], before.held[figure])
		}
	}
	return nil
}

const mb = 1e6 // bytes

const header = "  time   RSS MB  heap MB  goroutines  estimators  descriptors   packets    REMBs   calls\n"

func (r *reading) write(out io.Writer, calls int64) error {
	_, err := fmt.Fprintf(out, "%6.0f  %7.1f  %7.1f  %10.0f  %10.0f  %11.0f  %8d  %7d  %6d\n", r.at.Seconds(),
		r.held[resident]/mb, r.held[heap]/mb, r.held[goroutines], r.held[estimators], r.held[descriptors],
		r.totals.Packets, rembs(&r.totals), calls)
	return err
}

func rembs(totals *remb.Totals) (n int64) {
	for _, count := range totals.REMBs.Counts {
		n += count
	}
	return n
}
