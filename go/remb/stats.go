package remb

import "time"

// State is what the over-use detector sees, by libwebrtc's numbers. [ProfileAdaptive] has no such detector: with it
// StateOverusing is [ModeBackOff], StateUnderusing is [ModeHold], and StateNormal is all else.
type State int32

// The detector's states.
const (
	StateNormal     State = 0
	StateUnderusing State = 1 // queues on the path are emptying
	StateOverusing  State = 2 // queues on the path are growing
)

// String returns "normal", "underusing" or "overusing".
func (s State) String() string {
	switch s {
	case StateNormal:
		return "normal"
	case StateUnderusing:
		return "underusing"
	case StateOverusing:
		return "overusing"
	}
	return "unknown"
}

// TimeSource is where the send times of packets come from.
type TimeSource int32

const (
	// TimeSourceNone is of a stream that has no send times: it counts in the bitrate alone. See [StreamStats].
	TimeSourceNone TimeSource = -1
	// TimeSourceAuto does as libwebrtc does: abs-send-time from the first packet that has it, and after 30 packets in
	// a row without it the RTP timestamp plus the transmission offset; where streams with stamps of abs-capture-time
	// send enough of the packets, these come before the RTP timestamp.
	TimeSourceAuto TimeSource = 0
	// TimeSourceAbsSendTime uses the abs-send-time header extension only.
	TimeSourceAbsSendTime TimeSource = 1
	// TimeSourceTransmissionOffset uses the RTP timestamp plus the transmission offset, which is 0 where it is absent.
	TimeSourceTransmissionOffset TimeSource = 2
	// TimeSourceRTPTimestamp uses the RTP timestamp only.
	TimeSourceRTPTimestamp TimeSource = 3
	// TimeSourceAbsCaptureTime uses the RTP timestamps of the streams that have stamps of abs-capture-time, put on one
	// line of time by these, plus the transmission offset, which is 0 where it is absent.
	TimeSourceAbsCaptureTime TimeSource = 4
)

// String returns "none", "auto", "abs-send-time", "toffset", "rtp-timestamp" or "abs-capture-time".
func (s TimeSource) String() string {
	switch s {
	case TimeSourceNone:
		return "none"
	case TimeSourceAuto:
		return "auto"
	case TimeSourceAbsSendTime:
		return "abs-send-time"
	case TimeSourceTransmissionOffset:
		return "toffset"
	case TimeSourceRTPTimestamp:
		return "rtp-timestamp"
	case TimeSourceAbsCaptureTime:
		return "abs-capture-time"
	}
	return "unknown"
}

// Profile is the arithmetic that the estimator follows.
type Profile int32

const (
	// ProfileDefault is the library's default, at present ProfileAdaptive.
	ProfileDefault Profile = 0
	// ProfileLibwebrtc answers as libwebrtc's receive side does, to the bit/s.
	ProfileLibwebrtc Profile = 1
	// ProfileAdaptive is libremb's own: by standing queue, the capacity that frames show, and competing TCP.
	ProfileAdaptive Profile = 2
)

// String returns "default", "libwebrtc" or "adaptive".
func (p Profile) String() string {
	switch p {
	case ProfileDefault:
		return "default"
	case ProfileLibwebrtc:
		return "libwebrtc"
	case ProfileAdaptive:
		return "adaptive"
	}
	return "unknown"
}

// Mode is what moves the estimate of [ProfileAdaptive].
type Mode int32

// The modes.
const (
	ModeNone        Mode = 0 // another profile
	ModeStart       Mode = 1 // the first seconds: to what frames show that the path carries
	ModeGrowth      Mode = 2 // up: no queue stands
	ModeHold        Mode = 3 // neither: a queue that may be jitter, or one that is drained
	ModeBackOff     Mode = 4 // down: a queue stands
	ModeCompetition Mode = 5 // the queue is another's, who makes way for nothing but losses
)

// String returns "none", "start", "growth", "hold", "back-off" or "competition".
func (m Mode) String() string {
	switch m {
	case ModeNone:
		return "none"
	case ModeStart:
		return "start"
	case ModeGrowth:
		return "growth"
	case ModeHold:
		return "hold"
	case ModeBackOff:
		return "back-off"
	case ModeCompetition:
		return "competition"
	}
	return "unknown"
}

// Stats is a snapshot of an [Estimator], taken at one moment. Rates are bit/s, sizes are bytes; a rate of 0 is not
// known, and a zero time is never.
type Stats struct {
	Closed bool // by Close; all the rest is zero then

	State      State      // of the stream heard last
	TimeSource TimeSource // in use
	Profile    Profile    // in use

	Streams          int   // SSRCs alive: heard within the last 2 s
	Packets          int64 // counted since creation or Reset
	Bytes            int64 // their payload plus padding
	MalformedPackets int64 // left out, since creation: not valid RTP
	RefusedPackets   int64 // left out, since creation, for any other error: a time out of range, want of memory

	TargetBitrate   int       // what a REMB says: the estimate within the limits; 0 while no stream is alive
	Estimate        int       // before the limits; kept while no stream is alive
	IncomingBitrate int       // at the newest packet, over the second before
	LinkCapacity    int       // mean throughput at over-use; with ProfileAdaptive TrainCapacity
	Reports         int64     // estimates made
	LastReport      time.Time // when

	REMBsSent       int64     // since creation
	WriteErrors     int64     // REMBs that could not be written, since creation; some are usual before DTLS is up
	LastREMB        time.Time // when the last one was sent
	LastREMBBitrate int
	Paused          bool // by Pause

	RTT time.Duration // the round-trip time in use

	// The inner signals of ProfileLibwebrtc: packet groups compared so far, and what the newest one brought.
	PacketGroups     int64
	SendDeltaMs      float64 // between the last packets of two groups, as sent
	ArrivalDeltaMs   float64 // the same as received
	SizeDeltaBytes   float64 // between the sizes of two groups
	OffsetMs         float64 // the Kalman filter's queueing-delay gradient per group
	ModifiedOffsetMs float64 // what is held against the threshold
	ThresholdMs      float64 // the adaptive threshold, 6 to 600
	NoiseVarianceMs2 float64 // the Kalman filter's measurement noise

	// The inner signals of ProfileAdaptive.
	Mode             Mode    // what moves the estimate
	Trains           int64   // packets sent close together, as a frame is, so far
	QueueingDelayMs  float64 // of the queue that stands: the least of a short while over the least of the last 20 s
	QueueThresholdMs float64 // a queue beyond this makes the estimate go down
	JitterMs         float64 // of the delay, from train to train
	TrainCapacity    int     // what the path carries of trains
	CapacityShare    int     // what it delivers to this receiver
	TrainShare       float64 // the usual ratio of these two while there is a queue: 1 without others
}
