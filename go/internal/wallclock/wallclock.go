//go:build cgo && linux

// Package wallclock lets a test set the wall clock of its own process, as if somebody had set the machine's.
//
// It takes a process that was started with the environment variable [Env] set: before Go runs, the kernel is then asked to
// stop each clock_gettime(CLOCK_REALTIME) of the process and have a thread of this package answer it. Nothing else is
// touched: all other clocks, timers and other processes go on as ever, which is just what happens when a machine's wall
// clock is set. Go's time.Now reads both clocks, so its wall time leaps and its monotonic time does not.
package wallclock

/*
#cgo CFLAGS: -Wall -Wextra -Werror
#cgo LDFLAGS: -pthread
#include "wallclock.h"
*/
import "C"

import (
	"errors"
	"syscall"
	"time"
)

// Env is the environment variable to set, to anything, for a process that is to have a wall clock of its own.
const Env = "REMB_WALLCLOCK"

// Ready returns nil if [Move] works; else why it does not: the process was started without [Env], or the kernel refuses
// (seccomp user notification takes Linux 5.0).
func Ready() error {
	switch code := C.wallclock_error; {
	case code < 0:
		return errors.New("wallclock: " + Env + " was not set")
	case code > 0:
		return syscall.Errno(code)
	}
	return nil
}

// Move sets the wall clock forward, or back if by is negative, in addition to earlier moves.
func Move(by time.Duration) { C.wallclock_move(C.int64_t(by)) }
