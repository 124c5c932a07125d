// Command recorder writes what publishers send to files: VP8, VP9 and AV1 as IVF, Opus as OGG. H.264 as it
// comes. REMB has them send what the path carries, and a limit keeps the files small.
//
//	go run github.com/libremb/libremb/go/examples/recorder -folder /tmp
//
// Then open http://127.0.0.1:8080/ in a browser, or publish to http://127.0.0.1:8080/whip/NAME from any WHIP client.
package main

import (
	"flag"
	"log"
	"net/http"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/examples/internal/whip"
	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembwebrtc"
)

// newServer makes a recorder that writes to a folder. No publisher is asked for more than maxBitrate.
func newServer(settings webrtc.SettingEngine, folder string, maxBitrate int) (*whip.Server, *recorder, error) {
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaEngine.RegisterDefaultCodecs(); err != nil {
		return nil, nil, err
	}
	if _, err := rembwebrtc.ConfigureREMB(mediaEngine, registry, remb.WithMaxBitrate(maxBitrate)); err != nil {
		return nil, nil, err
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(mediaEngine),
		webrtc.WithInterceptorRegistry(registry))
	recorder := &recorder{folder: folder}
	server := whip.NewServer()
	server.Offers("/whip/{name}", func(r *http.Request, _ string) (*webrtc.PeerConnection, error) {
		pc, err := api.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			return nil, err
		}
		pc.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
			go whip.ReadRTCP(receiver)
			recorder.record(pc, track, r.PathValue("name"))
		})
		return pc, nil
	})
	return server, recorder, nil
}

func main() {
	address := flag.String("listen", "127.0.0.1:8080", "address to serve HTTP at")
	folder := flag.String("folder", ".", "existing folder to write files to")
	maxBitrate := flag.Int("max-bitrate", 2_000_000, "bit/s that a publisher may send at most; 0: no limit")
	flag.Parse()
	server, recorder, err := newServer(webrtc.SettingEngine{}, *folder, *maxBitrate)
	if err != nil {
		log.Fatal(err)
	}
	err = server.Run(*address)
	recorder.files.Wait()
	if err != nil {
		log.Fatal(err)
	}
}
