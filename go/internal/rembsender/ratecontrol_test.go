package rembsender

import (
	"math"
	"testing"
	"time"
)

const (
	ms     = time.Millisecond
	second = time.Second
)

// step is one thing that happens to a rate control, and the target after it.
type step struct {
	at   time.Duration
	do   string // "packet", "remb", "loss", "update"
	x    float64
	want int64
}

func TestRateControl(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"jumps to a REMB in the start phase", []step{
			{0, "packet", 0, 300_000},
			{800 * ms, "remb", 1_800_000, 1_800_000},
			{2600 * ms, "remb", 2_200_000, 2_200_000},
		}},
		{"a REMB before the first packet counts", []step{
			{0, "remb", 1_000_000, 300_000},
			{5 * second, "packet", 0, 1_000_000},
		}},
		{"does not jump later", []step{
			{0, "packet", 0, 300_000},
			{2601 * ms, "remb", 1_800_000, 300_000},
		}},
		{"does not jump once loss was reported", []step{
			{0, "packet", 0, 300_000},
			{1 * second, "loss", 6, 300_000},
			{1500 * ms, "remb", 1_800_000, 300_000},
			{2 * second, "loss", 0, 300_000},
			{2 * second, "remb", 1_800_000, 300_000},
		}},
		{"never goes beyond the source's maximum", []step{
			{0, "packet", 0, 300_000},
			{1 * second, "remb", 9_000_000, 2_500_000},
		}},
		{"goes down to a REMB at once, at any time", []step{
			{0, "packet", 0, 300_000},
			{1 * second, "remb", 2_000_000, 2_000_000},
			{40 * second, "remb", 500_000, 500_000},
			{41 * second, "remb", 100, 5_000},
		}},
		{"comes back at once to what a lower REMB has forbidden", []step{
			{0, "packet", 0, 300_000},
			{1 * second, "remb", 2_000_000, 2_000_000},
			{40 * second, "remb", 500_000, 500_000},
			{41 * second, "remb", 1_800_000, 1_800_000},
			{42 * second, "remb", 2_200_000, 2_000_000},
		}},
		{"does not grow before a receiver report", []step{
			{0, "packet", 0, 300_000},
			{9 * second, "update", 0, 300_000},
		}},
		{"grows by 8 % a second below 2 % loss", []step{
			{0, "packet", 0, 300_000},
			{1 * second, "loss", 5, 300_000}, // 5/256 = 1.95 %
			{2 * second, "update", 0, 324_000},
			{3 * second, "update", 0, 349_920},
			{4500 * ms, "update", 0, int64(300_000 * math.Pow(1.08, 3.5))},
		}},
		{"grows unseen under the cap of a REMB", []step{
			{0, "packet", 0, 300_000},
			{0, "loss", 0, 300_000},
			{3 * second, "remb", 400_000, int64(300_000 * math.Pow(1.08, 3))},
			{5 * second, "loss", 0, 400_000},
			{6 * second, "remb", 1_000_000, int64(300_000 * math.Pow(1.08, 6))},
			{7 * second, "update", 0, int64(300_000 * math.Pow(1.08, 7))},
		}},
		{"grows to what it likes after a REMB of 0", []step{
			{0, "packet", 0, 300_000},
			{0, "loss", 0, 300_000},
			{3 * second, "remb", 300_000, 300_000},
			{3 * second, "remb", 0, int64(300_000 * math.Pow(1.08, 3))},
			{4 * second, "update", 0, int64(300_000 * math.Pow(1.08, 4))},
		}},
		{"holds between 2 and 10 % loss", []step{
			{0, "packet", 0, 300_000},
			{1 * second, "loss", 6, 300_000},
			{2 * second, "update", 0, 300_000},
			{2 * second, "loss", 25, 300_000}, // 9.8 %
			{3 * second, "update", 0, 300_000},
		}},
		{"falls by half the loss above 10 %", []step{
			{0, "packet", 0, 300_000},
			{1 * second, "loss", 128, 225_000},
			{2 * second, "loss", 64, 196_875},
			{3 * second, "update", 0, 196_875},
		}},
		{"stops growing when reports stay away", []step{
			{0, "packet", 0, 300_000},
			{0, "loss", 0, 300_000},
			{1 * second, "update", 0, 324_000},
			{8 * second, "update", 0, 324_000},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			control := NewRateControl(300_000, 2_500_000)
			for i, s := range c.steps {
				switch s.do {
				case "packet":
					control.OnFirstPacket(s.at)
				case "remb":
					control.OnREMB(s.at, s.x)
				case "loss":
					control.OnReport(s.at, uint8(s.x))
				case "update":
					control.Update(s.at)
				}
				if got := control.Target(); got < s.want-1 || got > s.want {
					t.Errorf("step %d, %s at %v: %d bit/s, not %d", i, s.do, s.at, got, s.want)
				}
			}
		})
	}
}

func TestLastREMB(t *testing.T) {
	control := NewRateControl(300_000, 2_500_000)
	if got := control.REMB(); got != 0 {
		t.Errorf("%d before any", got)
	}
	control.OnREMB(0, 123_000)
	if got := control.REMB(); got != 123_000 {
		t.Errorf("%d", got)
	}
}
