//go:build cgo && linux

package wallclock

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestMove runs itself in a process with a wall clock of its own.
func TestMove(t *testing.T) {
	if os.Getenv(Env) == "" {
		if Ready() == nil {
			t.Error("ready without being asked")
		}
		program, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		command := exec.Command(program, "-test.run=^TestMove$", "-test.v")
		command.Env = append(os.Environ(), Env+"=1")
		out, err := command.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Error(err)
		}
		return
	}
	if err := Ready(); err != nil {
		t.Skip(err) // an older kernel, or one that forbids it
	}
	const back = -time.Hour
	before := time.Now()
	Move(back)
	after := time.Now()
	if monotonic := after.Sub(before); monotonic < 0 || monotonic > time.Minute {
		t.Errorf("%v have passed", monotonic)
	}
	if wall := after.Round(0).Sub(before.Round(0)); wall < back || wall > back+time.Minute {
		t.Errorf("the wall clock was moved by %v", wall)
	}
	// Sleepers and timers do not notice.
	start := time.Now()
	time.Sleep(10 * time.Millisecond)
	if slept := time.Since(start); slept < 10*time.Millisecond || slept > 10*time.Second {
		t.Errorf("slept for %v", slept)
	}
}
