package rembsender

import (
	"math"
	"testing"
	"time"
)

// collect runs an encoder until a time and returns the bytes and the number of frames.
func collect(e *Encoder, until time.Duration) (bytes, frames int) {
	for e.Next() < until {
		bytes += e.Frame()
		frames++
	}
	return bytes, frames
}

func TestEncoderKeepsItsRate(t *testing.T) {
	for seed := range uint64(5) {
		e := NewEncoder(1_000_000, 0, seed)
		collect(e, 2*second)
		bytes, frames := collect(e, 62*second)
		if rate := float64(bytes) * 8 / 60; math.Abs(rate-1e6) > 0.03e6 {
			t.Errorf("seed %d: %.0f bit/s", seed, rate)
		}
		if frames < 1750 || frames > 1850 {
			t.Errorf("seed %d: %d frames in a minute", seed, frames)
		}
	}
}

// RFC 8593: a key frame of 13.5 kB, and the first eight frames together are what the rate allows.
func TestEncoderBeginsWithAKeyFrame(t *testing.T) {
	e := NewEncoder(1_000_000, 0, 1)
	sum := e.Frame()
	if sum != 13_500 {
		t.Errorf("a first frame of %d bytes", sum)
	}
	for range 7 {
		sum += e.Frame()
	}
	if want := 8 * 1_000_000 / 8 / 30; math.Abs(float64(sum-want)) > 16 {
		t.Errorf("%d bytes in the first eight frames, not %d", sum, want)
	}
}

func TestEncoderFollowsAfterItsLag(t *testing.T) {
	e := NewEncoder(3_000_000, 0, 1)
	collect(e, second)
	e.SetRate(second, 30_000)
	for e.Next() < second+EncoderLag {
		if size := e.Frame(); size < 4_000 {
			t.Fatalf("%d bytes before the lag is over", size)
		}
	}
	for range 10 {
		if size := e.Frame(); size > 400 {
			t.Fatalf("%d bytes after the lag", size)
		}
	}
}

func TestEncoderNoise(t *testing.T) {
	e := NewEncoder(1, 0, 3)
	const n = 200_000
	var sum, absolute float64
	for range n {
		x := e.noise() - 1
		if math.Abs(x) > 2.0/3 {
			t.Fatalf("noise of %g", x)
		}
		sum += x
		absolute += math.Abs(x)
	}
	// The mean of |x| is the scale of a Laplace distribution, a little less as it is cut.
	if mean := sum / n; math.Abs(mean) > 0.002 {
		t.Errorf("mean %g", mean)
	}
	if scale := absolute / n; scale < 0.145 || scale > 0.151 {
		t.Errorf("scale %g", scale)
	}
}

func TestSameSeedSameVideo(t *testing.T) {
	a, b, c := NewEncoder(1e6, 0, 7), NewEncoder(1e6, 0, 7), NewEncoder(1e6, 0, 8)
	differ := false
	for range 100 {
		x, y, z := a.Frame(), b.Frame(), c.Frame()
		if x != y || a.Next() != b.Next() {
			t.Fatal("the same seed gives another video")
		}
		differ = differ || x != z
	}
	if !differ {
		t.Error("another seed gives the same video")
	}
}
