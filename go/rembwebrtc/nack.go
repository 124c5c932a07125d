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
// 4588), so that the generator does not see the packet come and asks for it every 100 ms until it is 512 packets old.
// The browser answers each time, tens of times for a packet, and REMB does not bound what it retransmits: little is
// left for media. With ConfigureNACK
//
//   - what came on an RTX stream is not asked for again. Which media an RTX stream repairs shows in what it repeats, so
//     that this works for simulcast, for streams that no SDP has announced, and after changes of SSRC;
//   - a packet is asked for ten times at most, as by libwebrtc, and three times at most while no RTX stream is known
//     that repairs its stream. That also bounds the case in which RTX is not to be told from media: before v4.2.10 Pion
//     gives RTX streams that are not simulcast the media's MIME type. And it is the bound for streams that always lose
//     the same sequence numbers at the same time; senders begin at random ones, as RFC 3550 has it, and so do not;
//   - a packet is not asked for again while an answer may still be on its way: for as long as answers took of late. The
//     generator asks every 100 ms whatever the round-trip time. Browsers retransmit a packet once a round trip at most,
//     other senders each time: where a full queue makes a round trip of 400 ms, what they send again keeps it full;
//   - one packet is asked for at most for every four that are received, and ten at once. Where capacity has dropped and
//     every other packet is lost, retransmissions of all of them would keep the queue full for seconds, and themselves
//     be lost. On the air losses are seldom more than that.
//
// The bounds hold for all generators together that are added to the registry after it, webrtc.ConfigureNack's for
// example. One that is added before writes past it. As for Pion's generator only streams count whose codec has generic
// NACK feedback (nack without a parameter, RFC 4585).
//
// Errors are about a nil argument, after which nothing has been registered, and Pion's.
func ConfigureNACK(mediaEngine *webrtc.MediaEngine, registry *interceptor.Registry) error {
	if err := notNil(mediaEngine, registry); err != nil {
		return err
	}
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
