// Package browsercall is the receiving end of a call from a browser whose whole path (ICE, DTLS, media and RTCP)
// crosses an emulated bottleneck. The receiver is an ordinary Pion program that calls rembwebrtc.ConfigureREMB and reads
// its tracks; what REMBs say can be left to the library, to a receiver that knows the capacity, or to nobody.
package browsercall

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/libremb/libremb/go/remb"
)

// Link is the emulated path between browser and receiver. A change takes effect at once.
type Link struct {
	// CapacityBps from the browser to the receiver, in bit/s of whole IP packets; 0 is unlimited. The way back is never
	// narrow.
	CapacityBps int64
	// Delay is the propagation delay each way.
	Delay time.Duration
	// Queue is the longest time a packet may have to wait before the bottleneck; one that would wait longer is dropped.
	Queue time.Duration
	// Loss is the share of packets, 0 to 1, that get lost at random behind the bottleneck, on their way to the receiver.
	Loss float64
}

// The limits of a Link.
const (
	MinCapacityBps = 10_000
	MaxCapacityBps = 1_000_000_000
	MaxDelay       = 5 * time.Second
	MaxQueue       = 10 * time.Second
)

// check names what is out of range.
func (l Link) check() error {
	switch {
	case l.CapacityBps != 0 && (l.CapacityBps < MinCapacityBps || l.CapacityBps > MaxCapacityBps):
		return fmt.Errorf("a capacity of %d bit/s is neither 0 nor within %d and %d", l.CapacityBps, MinCapacityBps,
			MaxCapacityBps)
	case l.Delay < 0 || l.Delay > MaxDelay:
		return fmt.Errorf("a delay of %v is not within 0s and %v", l.Delay, MaxDelay)
	case l.Queue < 0 || l.Queue > MaxQueue:
		return fmt.Errorf("a queue of %v is not within 0s and %v", l.Queue, MaxQueue)
	case !(l.Loss >= 0 && l.Loss <= 1):
		return fmt.Errorf("a loss of %g is not within 0 and 1", l.Loss)
	}
	return nil
}

// The kinds of REMBSource.
const (
	SourceLibremb = "libremb" // the library's estimates
	SourceKnowing = "knowing" // Factor × the true capacity, each 200 ms and at each change: the yardstick
	SourceNone    = "none"    // no REMB at all
)

// REMBSource says who decides what REMBs say. The zero value is the library. The library measures in any case.
type REMBSource struct {
	Kind string
	// Factor of SourceKnowing, above 0 and up to 2; 0 is 0.9. An unlimited link counts as MaxCapacityBps.
	Factor float64
}

// defaultFactor leaves room for headers and for an encoder's bursts.
const defaultFactor = 0.9

// complete fills in the defaults.
func (s REMBSource) complete() (REMBSource, error) {
	if s.Kind == "" {
		s.Kind = SourceLibremb
	}
	if s.Factor == 0 {
		s.Factor = defaultFactor
	}
	if s.Kind != SourceLibremb && s.Kind != SourceKnowing && s.Kind != SourceNone {
		return s, fmt.Errorf("a REMB source %q is none of %q, %q and %q", s.Kind, SourceLibremb, SourceKnowing, SourceNone)
	}
	if !(s.Factor > 0 && s.Factor <= 2) {
		return s, fmt.Errorf("a factor of %g is not above 0 and up to 2", s.Factor)
	}
	return s, nil
}

// Config describes a call.
type Config struct {
	// Listen is the address that the browser sends to. The zero value is 127.0.0.1; give the machine's own address in the
	// local network for a browser elsewhere.
	Listen netip.Addr
	Link   Link
	Source REMBSource
	// MaxBitrate is the highest rate that any REMB asks for, in bit/s; 0 is what Options say, no limit by default.
	MaxBitrate int
	// SourceMax is the most that the browser was told to send, in bit/s, if that is known: utilisation is measured
	// against the lower of it and the capacity. 0: not known.
	SourceMax int
	// Seed of the random losses.
	Seed uint64
	// Options are passed to rembwebrtc.ConfigureREMB.
	Options []remb.Option
	// OnVideo, if not nil, is called for each video packet that is not a retransmission and has payload, by one goroutine
	// for each stream. It must be quick, for the packet goes to the estimator thereafter.
	OnVideo func(VideoPacket)
}

// VideoPacket is a video packet as it came.
type VideoPacket struct {
	At           time.Duration // since the first media packet came to the bottleneck
	RTPTimestamp uint32        // 90 kHz
	AbsSendTime  uint32        // 24 bits, in units of 2^-18 s; 0 if the packet has none
	Payload      []byte        // without padding; good until OnVideo returns
}

// complete checks a configuration and fills in its defaults.
func (c Config) complete() (Config, error) {
	var err error
	if !c.Listen.IsValid() {
		c.Listen = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if c.Source, err = c.Source.complete(); err != nil {
		return c, err
	}
	if c.MaxBitrate < 0 || c.SourceMax < 0 {
		return c, errors.New("a maximum bitrate is negative")
	}
	return c, c.Link.check()
}

// Sample is a look at a call. Rates are bit/s; those that enter and leave the link are of whole IP packets that carry
// RTP, over the 500 ms before; the others count payload. 0 is not known, or none.
type Sample struct {
	T float64 // seconds since the call was made

	Capacity int64   // 0: unlimited
	SentRate float64 // what the browser puts into the link
	Received float64 // what comes out of it
	Incoming int     // as the estimator sees it
	Estimate int     // of the library, within its limits
	REMB     int     // the last one sent, whoever decided it
	State    string  // of the over-use detector: normal, underusing, overusing

	QueueMs float64 // how long a packet that came now would have to wait
	RTTMs   float64 // as ICE measures it, about each 2 s; 0: not yet

	Media   int // received, since the first one
	RTX     int // with payload
	Padding int
	Dropped int // by the full queue
	Lost    int // at random
	REMBs   int // sent

	AbsSendTime bool // the newest video packet has it
	TransportCC bool // some packet had it: REMB then rules no more

	Connection string // webrtc.PeerConnectionState's name

	Browser BrowserStats // the last that came
}

// BrowserStats is what a page reads from RTCPeerConnection.getStats and sends back. Rates are bit/s.
type BrowserStats struct {
	T                        float64 `json:"t_s"` // seconds of the page's performance.now()
	AvailableOutgoingBitrate float64 `json:"available_outgoing_bitrate_bps"`
	TargetBitrate            float64 `json:"target_bitrate_bps"`
	SentRate                 float64 `json:"sent_rtp_bps"` // payload, padding and headers of RTP, since the stats before
	FramesPerSecond          float64 `json:"frames_per_second"`
	FrameWidth               int     `json:"frame_width"`
	FrameHeight              int     `json:"frame_height"`
	QualityLimitationReason  string  `json:"quality_limitation_reason"`
	RTTMs                    float64 `json:"rtt_ms"` // from receiver reports
}

// TimedStats are BrowserStats with the time at which they came, since the call's first media packet.
type TimedStats struct {
	At time.Duration
	BrowserStats
}
