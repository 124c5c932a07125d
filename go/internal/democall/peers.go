package democall

import (
	"context"
	"errors"
	"fmt"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/bottleneck"
	"github.com/libremb/libremb/go/internal/relaypeer"
	"github.com/libremb/libremb/go/remb"
)

// NewSender makes the peer connection of the sending side: what a browser offers for VP8 when it is to
// obey REMB, which means without transport-wide congestion control.
func NewSender(track webrtc.TrackLocal) (*webrtc.PeerConnection, error) {
	media := &webrtc.MediaEngine{}
	for _, codec := range []webrtc.RTPCodecParameters{
		{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90_000,
			RTCPFeedback: []webrtc.RTCPFeedback{
				{Type: webrtc.TypeRTCPFBGoogREMB}, {Type: webrtc.TypeRTCPFBNACK},
				{Type: webrtc.TypeRTCPFBNACK, Parameter: "pli"}, {Type: webrtc.TypeRTCPFBCCM, Parameter: "fir"},
			},
		}},
		{PayloadType: 97, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeRTX, ClockRate: 90_000, SDPFmtpLine: "apt=96",
		}},
	} {
		if err := media.RegisterCodec(codec, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, err
		}
	}
	extension := webrtc.RTPHeaderExtensionCapability{URI: remb.AbsSendTimeURI}
	if err := media.RegisterHeaderExtension(extension, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, err
	}
	// An empty registry: the track does all by itself, nearest to the wire.
	pc, err := relaypeer.New(media, &interceptor.Registry{})
	if err != nil {
		return nil, err
	}
	_, err = pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return nil, errors.Join(err, pc.Close())
	}
	return pc, nil
}

// connect has the peers find each other through the relay, and waits until media can flow both ways.
func connect(ctx context.Context, sender, receiver *webrtc.PeerConnection, relay *bottleneck.Relay) error {
	wait := relaypeer.Connecting(sender, receiver)
	offer, err := sender.CreateOffer(nil)
	if err != nil {
		return err
	}
	if offer, err = relaypeer.Describe(ctx, sender, offer); err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	throughB, senderAddr, err := relaypeer.ThroughRelay(offer.SDP, relay.AddrForB())
	if err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	offer.SDP = throughB
	if err := receiver.SetRemoteDescription(offer); err != nil {
		return err
	}
	answer, err := receiver.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if answer, err = relaypeer.Describe(ctx, receiver, answer); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	throughA, receiverAddr, err := relaypeer.ThroughRelay(answer.SDP, relay.AddrForA())
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	answer.SDP = throughA
	relay.Connect(senderAddr, receiverAddr)
	if err := sender.SetRemoteDescription(answer); err != nil {
		return err
	}
	return wait(ctx)
}
