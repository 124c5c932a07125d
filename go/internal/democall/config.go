// Package democall runs a WebRTC call between two Pion peer connections in this process, through an
// emulated bottleneck: real sockets, ICE, DTLS, SRTP and RTCP, and synthetic video. The receiver does
// nothing but rembwebrtc.ConfigureREMB; the sender obeys REMB as a browser does.
package democall

import (
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/remb"
)

// DefaultStartRate is where browsers start.
const DefaultStartRate = 300_000

// Config describes a call.
type Config struct {
	Duration time.Duration
	// Capacity of the bottleneck in bit/s of whole IP packets, in order of time; the first step is at 0.
	Capacity []callrecord.Rate
	// Delay is the propagation delay each way.
	Delay time.Duration
	// Queue is the longest time a packet may have to wait before the bottleneck; one that would wait
	// longer is dropped.
	Queue time.Duration
	// StartRate (0: DefaultStartRate) and MaxRate are the source's, in bit/s of
	// payload.
	StartRate, MaxRate int64
	// Seed of everything that is random in the video. (Keys, and the machine's timing, are not ours to
	// repeat, so that two runs are alike and not equal.)
	Seed uint64
	// Profile is the receiver's arithmetic. Options are passed to rembwebrtc.ConfigureREMB besides.
	Profile remb.Profile
	Options []remb.Option
	// OnSecond, if not nil, is called each second.
	OnSecond func(Second)
}

// Second is what happened in a second of the call.
type Second struct {
	At                       time.Duration    // its end
	Capacity, Sent, Received float64          // bit/s
	Estimate, REMB           float64          // the last ones, 0 if there is none
	Queue                    time.Duration    // 95 % of the packets waited no longer
	State                    callrecord.State // the worst
	Dropped                  int
}
