// Command configure-remb receives WebRTC media by WHIP and sends REMBs, all that takes being registered by
// rembwebrtc.ConfigureREMB.
//
//	go run github.com/libremb/libremb/go/examples/configure-remb
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
	mediaEngine := &webrtc.MediaEngine{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		return nil, nil, err
	}
	// A registry of one's own: without one NewAPI registers transport-wide-cc, and with that REMB does not rule.
	registry := &interceptor.Registry{}
	factory, err := rembwebrtc.ConfigureREMB(mediaEngine, registry, remb.WithMaxBitrate(4_000_000))
	if err != nil {
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
