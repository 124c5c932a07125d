// Command minimal is README's program: a peer connection that answers with REMBs, and nothing more.
package main

import (
	"log"

	"github.com/libremb/libremb/go/rembwebrtc"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

func main() {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		log.Fatal(err)
	}
	if _, err := rembwebrtc.ConfigureREMB(mediaEngine, registry); err != nil {
		log.Fatal(err)
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(mediaEngine), webrtc.WithInterceptorRegistry(registry))
	connection, err := api.NewPeerConnection(webrtc.Configuration{}) // from here on as ever
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
}
