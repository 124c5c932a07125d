package remb

// Kind is what a stream carries.
type Kind int32

// Media kinds.
const (
	KindVideo Kind = 0 // also RTX and FEC
	KindAudio Kind = 1 // left out unless WithAudio is given
)

// NoExtension is an extension id that says: the stream does not have the extension.
const NoExtension = -1

// StreamConfig tells an [Estimator] what the packets of an SSRC look like.
type StreamConfig struct {
	SSRC uint32
	Kind Kind
	// ClockRate of the RTP timestamp in Hz, 1 000 to 1 000 000; 0: as set by WithDefaultStream, or 90 000.
	ClockRate int
	// Ids of header extensions as negotiated, 1 to 255, or NoExtension; 0: as set by WithDefaultStream, or none.
	AbsSendTimeID        int
	TransmissionOffsetID int
	AbsCaptureTimeID     int
}
