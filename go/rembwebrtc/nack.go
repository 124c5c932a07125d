package rembwebrtc

import (
	"fmt"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// ConfigureNACK is webrtc.ConfigureNack with a bound on how often a lost packet is asked for. ConfigureREMB calls it;
// it is for programs that register by hand or send no REMBs.
//
// Pion's generator looks for a lost packet on the media's SSRC. A browser retransmits on another one, the RTX SSRC (RFC
// 4588), so that the generator does not see the packet come and asks for it every 100 ms until it is 512 packets old. The
// browser answers each time, and neither REMB nor its own estimate bounds what it retransmits. With ConfigureNACK
//
//   - what came on an RTX stream is not asked for again. Which media an RTX stream repairs shows in the packets, so that
//     it works for simulcast, for streams that no SDP has announced, and after changes of SSRC. Readers get what they
//     would get without it, and media packets do not pass through it;
//   - a packet is asked for ten times at most, as by libwebrtc, and three times at most while no RTX stream is known that
//     repairs its stream. That also bounds the case in which Pion does not tell an RTX stream from media: v4.2.3 does not
//     for streams that are not simulcast.
//
// It counts the requests of all generators that are added to the registry after it, such as webrtc.ConfigureNack's. A
// generator that is added before it writes past it.
func ConfigureNACK(mediaEngine *webrtc.MediaEngine, registry *interceptor.Registry) error {
	registry.Add(nackLimiterFactory{})
	if err := webrtc.ConfigureNack(mediaEngine, registry); err != nil {
		return fmt.Errorf("cannot configure NACK: %w", err)
	}
	return nil
}

type nackLimiterFactory struct{}

// NewInterceptor makes the limiter of one peer connection.
func (nackLimiterFactory) NewInterceptor(string) (interceptor.Interceptor, error) {
	return &nackLimiter{streams: map[uint32]*mediaStream{}}, nil
}
