package finetimer

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"
)

func newTimer(t *testing.T) *Timer {
	t.Helper()
	timer, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = timer.Close() })
	return timer
}

// The reason for the package: most wake-ups are well within a millisecond. The bound leaves room for a
// busy machine; on an idle one the median is below 0.1 ms.
func TestWakesInTime(t *testing.T) {
	timer := newTimer(t)
	late := make([]time.Duration, 0, 100)
	for range cap(late) {
		const d = 2300 * time.Microsecond
		begin := time.Now()
		timer.Set(d)
		if err := timer.Wait(); err != nil {
			t.Fatal(err)
		}
		late = append(late, time.Since(begin)-d)
	}
	slices.Sort(late)
	t.Logf("late: median %v, 90%% %v, most %v", late[50], late[90], late[99])
	if late[0] < 0 {
		t.Errorf("went off %v early", -late[0])
	}
	if late[50] > time.Millisecond {
		t.Errorf("half of the wake-ups are more than %v late", late[50])
	}
}

func TestSetAgainWhileWaiting(t *testing.T) {
	timer := newTimer(t)
	begin := time.Now()
	timer.Set(time.Hour)
	go func() {
		time.Sleep(5 * time.Millisecond)
		timer.Set(0)
	}()
	if err := timer.Wait(); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(begin); waited < 5*time.Millisecond || waited > time.Minute {
		t.Errorf("went off after %v", waited)
	}
}

func TestRemembersThatItWentOff(t *testing.T) {
	timer := newTimer(t)
	timer.Set(-time.Second)
	time.Sleep(5 * time.Millisecond)
	if err := timer.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestCloseEndsWait(t *testing.T) {
	timer := newTimer(t)
	ended := make(chan error)
	go func() { ended <- timer.Wait() }()
	time.Sleep(5 * time.Millisecond)
	if err := timer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Errorf("Wait returned %v", err)
	}
	timer.Set(time.Second) // allowed, does nothing
}
