// Package whip is what the examples have in common: a small WHIP server (RFC 9725) that receives media, drops it, and
// prints what libremb thinks of the path that it came by.
package whip

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/remb"
)

const maxOfferBytes = 1 << 16

// Handler answers each POST of an SDP offer by a peer connection of its own, and prints a line a second for it.
func Handler(api *webrtc.API, factory *remb.BWEInterceptorFactory) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "POST an SDP offer", http.StatusMethodNotAllowed)
			return
		}
		offer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOfferBytes))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		pc, err := api.NewPeerConnection(webrtc.Configuration{})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer, err := receive(pc, string(offer))
		if err != nil {
			_ = pc.Close()
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		go printEstimates(pc.ID(), factory)
		w.Header().Set("Content-Type", "application/sdp")
		w.Header().Set("Location", "/"+pc.ID())
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, answer)
	})
}

// receive has pc take in whatever the offer says, and returns the answer.
func receive(pc *webrtc.PeerConnection, offer string) (answer string, err error) {
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		// Reading is what moves packets through the interceptors: a track that is not read is not measured.
		buffer := make([]byte, 1500)
		for {
			if _, _, err := track.Read(buffer); err != nil {
				return
			}
		}
	})
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateFailed || state == webrtc.PeerConnectionStateDisconnected {
			_ = pc.Close()
		}
	})
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	description, err := pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(description); err != nil {
		return "", err
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}

// printEstimates ends when the peer connection is closed: the factory then knows it no more.
func printEstimates(id string, factory *remb.BWEInterceptorFactory) {
	for e := factory.Estimator(id); e != nil; e = factory.Estimator(id) {
		stats := e.Stats()
		fmt.Printf("%.8s  incoming %7.0f kbit/s  target %7.0f kbit/s  %s by %s\n", id,
			float64(stats.IncomingBitrate)/1000, float64(stats.TargetBitrate)/1000, stats.State, stats.TimeSource)
		time.Sleep(time.Second)
	}
	fmt.Printf("%.8s  closed\n", id)
}
