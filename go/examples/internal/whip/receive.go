package whip

import (
	"log"
	"net/http"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/remb"
)

// Receive makes peer connections whose media is read and dropped, for Server.Offers. It logs a line a second about
// each.
func Receive(
	api *webrtc.API, factory *remb.BWEInterceptorFactory,
) func(*http.Request, string) (*webrtc.PeerConnection, error) {
	return func(*http.Request, string) (*webrtc.PeerConnection, error) {
		pc, err := api.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			return nil, err
		}
		pc.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
			go ReadRTCP(receiver)
			// Reading is what moves packets through the interceptors: a track that is not read is not measured.
			for _, _, err := track.ReadRTP(); err == nil; _, _, err = track.ReadRTP() {
			}
		})
		go logEstimates(pc.ID(), factory)
		return pc, nil
	}
}

// ReadRTCP reads what a sender says of its media and drops it, until the sender is gone. The interceptors that it
// passes on its way make receiver reports of it, from which the sender learns the round-trip time.
func ReadRTCP(receiver *webrtc.RTPReceiver) {
	for _, _, err := receiver.ReadRTCP(); err == nil; _, _, err = receiver.ReadRTCP() {
	}
}

// logEstimates ends when the peer connection is closed: the factory then knows it no more.
func logEstimates(id string, factory *remb.BWEInterceptorFactory) {
	for e := factory.Estimator(id); e != nil; e = factory.Estimator(id) {
		stats := e.Stats()
		log.Printf("%s: incoming %d kbit/s, target %d kbit/s, %s by %s", id,
			stats.IncomingBitrate/1000, stats.TargetBitrate/1000, stats.State, stats.TimeSource)
		time.Sleep(time.Second)
	}
	log.Printf("%s: closed", id)
}
