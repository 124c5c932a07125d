package remb

import "time"

// TimeSourceReason is why a stream's send times come from where they do.
type TimeSourceReason int32

// The reasons.
const (
	// ReasonUnheard: the stream has had no packet yet, so it has no time source.
	ReasonUnheard TimeSourceReason = 0
	// ReasonConfig: the source that WithTimeSource fixed, which the stream's newest packet has.
	ReasonConfig TimeSourceReason = 1
	// ReasonCarried: the stream's newest packet carries abs-send-time.
	ReasonCarried TimeSourceReason = 2
	// ReasonMapped: a stamp of abs-capture-time places the stream's RTP timestamps.
	ReasonMapped TimeSourceReason = 3
	// ReasonNoAbsSendTime: the RTP timestamp has to do, since none of the 30 newest packets of all streams has anything
	// better.
	ReasonNoAbsSendTime TimeSourceReason = 4
	// ReasonNoStamp: the stream's newest packet lacks what the source in use needs, so it has no time source.
	ReasonNoStamp TimeSourceReason = 5
	// ReasonNoMapping: the stream has no time source before its first stamp of abs-capture-time.
	ReasonNoMapping TimeSourceReason = 6
	// ReasonOtherClock: the stream's capture times do not lie on the other streams' time line, or jump about, so it has
	// no time source.
	ReasonOtherClock TimeSourceReason = 7
	// ReasonAudio: audio is left out unless WithAudio is given.
	ReasonAudio TimeSourceReason = 8
)

// String returns a few words, "the packets carry it".
func (r TimeSourceReason) String() string { return reasonString(r) }

// StreamStats is what there is to know of one stream of an [Estimator].
type StreamStats struct {
	SSRC  uint32
	Kind  Kind
	Added bool // by AddStream, as all of an interceptor are; others are known while they are alive
	Alive bool // counted within the last 2 s, and not left out since

	TimeSource TimeSource       // where its send times come from now; TimeSourceNone: it counts in the bitrate alone
	Reason     TimeSourceReason // why
	State      State            // of the detector that its send times go to

	Packets    int64     // counted since it came to be known, or Reset
	Bytes      int64     // their payload plus padding
	LastPacket time.Time // when; audio that is left out has this and Stamps, and no Packets
	Stamps     Stamps    // what its newest packet carried
}

// StreamStats returns a snapshot of all streams that are known, in the order of their SSRCs: of those that were added,
// and of those that were not as long as they are alive.
func (e *Estimator) StreamStats() []StreamStats {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil
	}
	return e.core.streamStats(&e.line)
}
