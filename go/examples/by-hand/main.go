// Command by-hand receives WebRTC media by WHIP and sends REMBs, with each registration that this takes written out. It
// is for programs that have a registry and a media engine already; others do the same by rembwebrtc.ConfigureREMB.
//
//	go run github.com/libremb/libremb/go/examples/by-hand
//
// Then open http://127.0.0.1:8080/ in a browser, or publish to http://127.0.0.1:8080/whip/NAME from any WHIP client,
// such as OBS or GStreamer's whipclientsink.
package main

import (
	"flag"
	"log"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/examples/internal/whip"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

func newAPI(settings webrtc.SettingEngine) (*webrtc.API, *remb.BWEInterceptorFactory, error) {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		return nil, nil, err
	}

	// The estimator. Added first, it is nearest to the wire.
	factory, err := remb.NewBWEInterceptorFactory(remb.WithMaxBitrate(4_000_000))
	if err != nil {
		return nil, nil, err
	}
	registry.Add(factory)

	// What the SDP has to say: the sender shall stamp its packets, best of all by abs-send-time, and may expect REMBs.
	// And what it must not say: transport-wide-cc, for then the sender makes its own estimate.
	for _, uri := range []string{remb.AbsSendTimeURI, remb.TransmissionOffsetURI, remb.AbsCaptureTimeURI} {
		extension := webrtc.RTPHeaderExtensionCapability{URI: uri}
		if err := mediaEngine.RegisterHeaderExtension(extension, webrtc.RTPCodecTypeVideo); err != nil {
			return nil, nil, err
		}
	}
	mediaEngine.RegisterFeedback(webrtc.RTCPFeedback{Type: webrtc.TypeRTCPFBGoogREMB}, webrtc.RTPCodecTypeVideo)

	// Losses: receiver reports, and NACKs with a bound, or a browser has no end of packets to retransmit.
	if err := webrtc.ConfigureRTCPReports(registry); err != nil {
		return nil, nil, err
	}
	if err := rembwebrtc.ConfigureNACK(mediaEngine, registry); err != nil {
		return nil, nil, err
	}

	return webrtc.NewAPI(
		webrtc.WithSettingEngine(settings),
		webrtc.WithMediaEngine(mediaEngine),
		webrtc.WithInterceptorRegistry(registry),
	), factory, nil
}

func main() {
	address := flag.String("listen", "127.0.0.1:8080", "address to serve HTTP at")
	flag.Parse()
	api, factory, err := newAPI(webrtc.SettingEngine{})
	if err != nil {
		log.Fatal(err)
	}
	server := whip.NewServer()
	server.Offers("/whip/{name}", whip.Receive(api, factory))
	if err := server.Run(*address); err != nil {
		log.Fatal(err)
	}
}
