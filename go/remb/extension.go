package remb

import (
	"strings"

	"github.com/pion/interceptor"
)

// URIs of the RTP header extensions that matter here, as in SDP's a=extmap lines.
const (
	// AbsSendTimeURI is the send time that a sender puts on each packet. Negotiate it: it is what an estimate is best
	// made of.
	AbsSendTimeURI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
	// TransmissionOffsetURI is how much later than its RTP timestamp a packet was sent: it makes a send time of that.
	TransmissionOffsetURI = "urn:ietf:params:rtp-hdrext:toffset"
	// AbsCaptureTimeURI is when a frame was captured, by the sender's wall clock: about one packet a second has it. It
	// puts the RTP timestamps of all streams on one line of time.
	AbsCaptureTimeURI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
	// TransportCCURI is for estimates that the sender makes. Do not negotiate it where REMB shall rule.
	TransportCCURI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)

// extensionID returns the id that was negotiated for uri, or NoExtension.
func extensionID(info *interceptor.StreamInfo, uri string) int {
	for _, extension := range info.RTPHeaderExtensions {
		if extension.URI == uri && 1 <= extension.ID && extension.ID <= 255 {
			return extension.ID
		}
	}
	return NoExtension
}

// streamConfig turns what Pion negotiated into what the estimator has to know.
func streamConfig(info *interceptor.StreamInfo) StreamConfig {
	config := StreamConfig{
		SSRC:                 info.SSRC,
		ClockRate:            int(info.ClockRate),
		AbsSendTimeID:        extensionID(info, AbsSendTimeURI),
		TransmissionOffsetID: extensionID(info, TransmissionOffsetURI),
		AbsCaptureTimeID:     extensionID(info, AbsCaptureTimeURI),
	}
	if isAudio(info) {
		config.Kind = KindAudio
	}
	// A rate that nothing uses must not keep a stream from being counted.
	if config.ClockRate < 1_000 || config.ClockRate > 1_000_000 {
		config.ClockRate = 0
	}
	return config
}

// isAudio tells audio from all else: video, and RTX and FEC, which Pion gives the MIME types video/rtx and
// video/flexfec-03.
func isAudio(info *interceptor.StreamInfo) bool {
	const prefix = "audio/"
	return len(info.MimeType) >= len(prefix) && strings.EqualFold(info.MimeType[:len(prefix)], prefix)
}
