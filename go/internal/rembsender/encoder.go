package rembsender

import (
	"math"
	"math/rand/v2"
	"time"
)

// The synthetic encoder of RFC 8593, with its example parameters.
const (
	framesPerSecond = 30
	frameInterval   = time.Second / framesPerSecond
	// noiseScale is that of the Laplace noise on frame sizes and on intervals, relative to their means.
	noiseScale = 0.15
	// The stream begins with a key frame of keyFrameBytes, made up for by smaller frames until
	// transientFrames have been sent.
	keyFrameBytes   = 13_500
	transientFrames = 8
	// EncoderLag is how long the encoder takes to follow a new rate.
	EncoderLag = 100 * time.Millisecond
	// A frame is no smaller than this, and varies by no more than this factor.
	minFrameBytes = 100
	maxVariation  = 3.0
)

// Encoder says when the frames of a synthetic video come and how large they are.
type Encoder struct {
	random  *rand.Rand
	rate    float64       // what it works at
	pending []rateChange  // what it was told and does not follow yet
	next    time.Duration // the next frame
	frames  int
	excess  float64 // bytes sent in the transient beyond what the rate allows
}

type rateChange struct {
	at   time.Duration
	rate float64
}

// NewEncoder makes an encoder whose first frame comes at the given time. The same seed gives the same
// noise.
func NewEncoder(rate int64, first time.Duration, seed uint64) *Encoder {
	return &Encoder{random: rand.New(rand.NewPCG(seed, 0)), rate: float64(rate), next: first}
}

// SetRate tells the encoder the rate it should have; it follows EncoderLag later.
func (e *Encoder) SetRate(now time.Duration, rate float64) {
	if n := len(e.pending); n > 0 && e.pending[n-1].rate == rate || n == 0 && e.rate == rate {
		return
	}
	e.pending = append(e.pending, rateChange{now + EncoderLag, rate})
}

// Next is when the next frame comes.
func (e *Encoder) Next() time.Duration { return e.next }

// Frame returns the size in bytes of the frame that is due, and plans the one after it.
func (e *Encoder) Frame() int {
	for len(e.pending) > 0 && e.pending[0].at <= e.next {
		e.rate = e.pending[0].rate
		e.pending = e.pending[1:]
	}
	mean := e.rate / 8 / framesPerSecond
	size := mean * e.noise()
	if e.frames < transientFrames {
		if size = keyFrameBytes; e.frames > 0 {
			// What is left of the budget, evenly over what is left of the transient.
			size = mean - e.excess/float64(transientFrames-e.frames)
		}
		size = max(minFrameBytes, size)
		e.excess += size - mean
	}
	e.frames++
	e.next += time.Duration(float64(frameInterval) * e.noise())
	return int(max(minFrameBytes, size))
}

// noise is 1 plus zero-mean Laplace noise, cut symmetrically so that the mean stays 1.
func (e *Encoder) noise() float64 {
	u := e.random.Float64() - 0.5
	laplace := -noiseScale * math.Copysign(math.Log1p(-2*math.Abs(u)), u)
	limit := 1 - 1/maxVariation
	return 1 + max(-limit, min(limit, laplace))
}
