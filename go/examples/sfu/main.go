// Command sfu forwards the media of any number of publishers to any number of subscribers, and tells each publisher by
// REMB what the path from it carries.
//
//	go run github.com/libremb/libremb/go/examples/sfu
//
// Then open http://127.0.0.1:8080/ in browsers. WHIP clients publish to /whip/NAME, WHEP clients watch /whep/NAME.
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

func newServer(settings webrtc.SettingEngine, maxBitrate int) (*whip.Server, error) {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	if _, err := rembwebrtc.ConfigureREMB(mediaEngine, registry, remb.WithMaxBitrate(maxBitrate)); err != nil {
		return nil, err
	}
	forwarder := &forwarder{api: webrtc.NewAPI(webrtc.WithSettingEngine(settings),
		webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(registry))}
	server := whip.NewServer()
	server.Offers("/whip/{name}", forwarder.publish)
	server.Offers("/whep/{name}", forwarder.subscribe)
	server.HandleFunc("GET /names", forwarder.names)
	return server, nil
}

func main() {
	address := flag.String("listen", "127.0.0.1:8080", "address to serve HTTP at")
	maxBitrate := flag.Int("max-bitrate", 4_000_000, "bit/s that a publisher may send at most; 0: no limit")
	flag.Parse()
	server, err := newServer(webrtc.SettingEngine{}, *maxBitrate)
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Run(*address); err != nil {
		log.Fatal(err)
	}
}
