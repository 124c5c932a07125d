package remb

import (
	"math/bits"
	"time"

	"github.com/pion/rtcp"
)

// Facts is what a call of an [Estimator] brought about, as bits.
type Facts int32

const (
	// EstimateUpdated says that the estimator made a report: [Estimator.Stats] has it.
	EstimateUpdated Facts = 1
	// REMBDue says that a REMB is due now: call [Estimator.Poll].
	REMBDue Facts = 2
)

// Has reports whether all facts of other are among f.
func (f Facts) Has(other Facts) bool { return f&other == other }

// Stamps says which of the fields of a [Packet] are present that need not be, as bits.
type Stamps uint32

// What a packet carries.
const (
	StampAbsSendTime        Stamps = 1
	StampTransmissionOffset Stamps = 2
	StampRTPTimestamp       Stamps = 4
	StampAbsCaptureTime     Stamps = 8
	StampCaptureClockOffset Stamps = 16 // only together with StampAbsCaptureTime
	StampSequenceNumber     Stamps = 32
)

// Packet is an RTP packet whose header has been parsed already.
type Packet struct {
	SSRC               uint32
	Arrival            time.Time // needed
	Stamps             Stamps    // which of the other fields are present
	AbsSendTime        uint32    // 24 bits: seconds, 6.18 fixed point
	RTPTimestamp       uint32    // in units of the stream's clock rate
	TransmissionOffset int32     // RFC 5450, -2^23 to 2^23 - 1, in units of the stream's clock rate
	PayloadSize        int       // payload plus padding in bytes, 0 to 65 535
	SequenceNumber     uint16    // RTP's; shows losses
	AbsCaptureTime     uint64    // NTP time by the capturer's clock: seconds, 32.32 fixed point
	CaptureClockOffset int64     // how far the capturer's clock is ahead of the sender's: seconds, 32.32 fixed point
}

// REMB is what a receiver has to tell the sender.
type REMB struct {
	SenderSSRC uint32   // the receiver's own SSRC, see [WithSenderSSRC]
	Bitrate    int      // bit/s, never 0
	SSRCs      []uint32 // the streams that the rate is for, 255 at most, in numeric order
}

// Packet returns the RTCP packet to write. Its rate is rounded down to 18 significant bits, all that the format has
// room for, and so never lies above a maximum that was set.
func (r REMB) Packet() *rtcp.ReceiverEstimatedMaximumBitrate {
	return &rtcp.ReceiverEstimatedMaximumBitrate{
		SenderSSRC: r.SenderSSRC,
		Bitrate:    float32(roundDown18(uint64(max(r.Bitrate, 0)))),
		SSRCs:      r.SSRCs,
	}
}

// roundDown18 keeps the 18 highest bits. A float32, which has 24, would round to the nearest, and that may be up.
func roundDown18(bitrate uint64) uint64 {
	shift := max(bits.Len64(bitrate)-18, 0)
	return bitrate >> shift << shift
}
