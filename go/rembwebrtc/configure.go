// Package rembwebrtc makes a Pion WebRTC peer connection send REMBs, in one call:
//
//	mediaEngine := &webrtc.MediaEngine{}
//	if err := mediaEngine.RegisterDefaultCodecs(); err != nil { ... }
//	registry := &interceptor.Registry{}
//	if _, err := rembwebrtc.ConfigureREMB(mediaEngine, registry); err != nil { ... }
//	api := webrtc.NewAPI(webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(registry))
//
// # When a browser obeys
//
// Chrome, and what else is built on libwebrtc, obeys REMBs when three things hold:
//
//   - The header extension abs-send-time is negotiated for video: ConfigureREMB registers it.
//   - goog-remb is in the rtcp-fb lines of the video codecs: ConfigureREMB registers it.
//   - The header extension transport-wide-cc is not negotiated, neither for video nor for audio. With it the browser
//     makes its own estimate, REMB is no more than a cap on that, and if no transport-cc feedback comes the browser
//     lowers its rate by 20 % a second. So do not call webrtc.RegisterDefaultInterceptors or
//     webrtc.ConfigureTWCCSender, and do not leave out webrtc.WithInterceptorRegistry: webrtc.NewAPI then makes a
//     registry of its own, with the default interceptors and without the estimator. Where the extension is negotiated
//     all the same, packets count and REMBs go out as ever, and the log warns once for each peer connection.
//
// Of the default interceptors ConfigureREMB registers NACK and RTCP reports. For simulcast call
// webrtc.ConfigureSimulcastExtensionHeaders besides, and for the RTP streams in PeerConnection.GetStats
// webrtc.ConfigureStatsInterceptor.
//
// # What senders offer
//
// An answer has no header extension that was not offered. Chromium 156 and Firefox 116 offer abs-send-time and
// transmission offset for video, aiortc abs-send-time. Chromium offers abs-capture-time only if the page asks for it
// (RTCRtpTransceiver.setHeaderExtensionsToNegotiate), but accepts it in an offer.
//
// # What to read
//
// Packets reach interceptors on their way to a reader. So read each TrackRemote, also one whose media is of no use, and
// each RTPReceiver for its RTCP: only then do sender reports reach the interceptor that writes receiver reports, and
// without what that takes from them a browser does not learn the round-trip time. It then answers each NACK, also one
// for what it has just sent again.
package rembwebrtc

import (
	"errors"
	"fmt"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/remb"
)

// ConfigureREMB registers all that sending REMBs takes. Call it after the codecs have been registered and, so that the
// estimator sits next to the wire, before anything else is added to the registry. It registers
//
//   - the interceptor of package remb, with opts;
//   - the header extensions abs-send-time and, for senders that lack it, transmission offset and abs-capture-time: for
//     video, and with remb.WithAudio for audio too. An answer has those that were offered;
//   - goog-remb, nack and nack pli feedback for the video codecs registered so far;
//   - sender and receiver reports;
//   - NACK as [ConfigureNACK] does: what a browser retransmits on an RTX stream is not asked for without end, as it is
//     with webrtc.ConfigureNack alone.
//
// Do not call webrtc.ConfigureRTCPReports or webrtc.ConfigureNack besides: reports go out twice then, and so does what
// the peer connection retransmits. Other interceptors may be added before or after, but a jitter buffer only after: the
// estimator needs packets as they arrive.
//
// The factory that it returns gives access to the estimators. Errors are about a nil argument, those of
// remb.NewBWEInterceptorFactory, [ErrRegistered], and Pion's. After all but Pion's nothing has been registered, and after
// those the registry is as before. A media engine may be used again with another registry. Like Pion's own it is to be
// called by one goroutine at a time.
func ConfigureREMB(
	mediaEngine *webrtc.MediaEngine, registry *interceptor.Registry, opts ...remb.Option,
) (*remb.BWEInterceptorFactory, error) {
	if err := notNil(mediaEngine, registry); err != nil {
		return nil, err
	}
	factory, err := remb.NewBWEInterceptorFactory(opts...)
	if err != nil {
		return nil, err
	}
	if isRegistered(registry) {
		return nil, ErrRegistered
	}
	before := *registry // Pion has no way to take a factory out again
	registry.Add(factory)
	err = registerSignalling(mediaEngine, factory.CountsAudio())
	if err == nil {
		err = configureReports(registry)
	}
	if err == nil {
		err = ConfigureNACK(mediaEngine, registry)
	}
	if err != nil {
		*registry = before
		return nil, err
	}
	setRegistered(registry)
	return factory, nil
}

func notNil(mediaEngine *webrtc.MediaEngine, registry *interceptor.Registry) error {
	switch {
	case mediaEngine == nil:
		return errors.New("rembwebrtc: the media engine is nil")
	case registry == nil:
		return errors.New("rembwebrtc: the interceptor registry is nil")
	}
	return nil
}

func configureReports(registry *interceptor.Registry) error {
	if err := webrtc.ConfigureRTCPReports(registry); err != nil {
		return fmt.Errorf("cannot configure RTCP reports: %w", err)
	}
	return nil
}

// registerSignalling registers what the SDP has to say.
func registerSignalling(mediaEngine *webrtc.MediaEngine, audio bool) error {
	kinds := []webrtc.RTPCodecType{webrtc.RTPCodecTypeVideo}
	if audio {
		kinds = append(kinds, webrtc.RTPCodecTypeAudio)
	}
	for _, kind := range kinds {
		for _, uri := range []string{remb.AbsSendTimeURI, remb.TransmissionOffsetURI, remb.AbsCaptureTimeURI} {
			err := mediaEngine.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind)
			if err != nil {
				return fmt.Errorf("cannot register %s: %w", uri, err)
			}
		}
	}
	mediaEngine.RegisterFeedback(webrtc.RTCPFeedback{Type: webrtc.TypeRTCPFBGoogREMB}, webrtc.RTPCodecTypeVideo)
	return nil
}
