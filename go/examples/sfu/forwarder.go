package main

import (
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"sync"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/examples/internal/whip"
)

type forwarder struct {
	api    *webrtc.API
	tracks sync.Map // *track, all that are published now
}

// track is on its way from a publisher to subscribers; its stream ID is the publisher's name.
type track struct {
	*webrtc.TrackLocalStaticRTP
	remote    *webrtc.TrackRemote
	publisher *webrtc.PeerConnection
}

func (f *forwarder) publish(r *http.Request, _ string) (*webrtc.PeerConnection, error) {
	pc, err := f.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	pc.OnTrack(func(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		go whip.ReadRTCP(receiver)
		local, err := webrtc.NewTrackLocalStaticRTP(remote.Codec().RTPCodecCapability, remote.ID(), r.PathValue("name"))
		if err != nil {
			log.Println(err)
			return
		}
		t := &track{local, remote, pc}
		f.tracks.Store(t, nil)
		defer f.tracks.Delete(t)
		for packet, _, err := remote.ReadRTP(); err == nil; packet, _, err = remote.ReadRTP() {
			// Their ids are those of this peer connection, and its send times mean nothing on another path.
			packet.Extension, packet.Extensions = false, nil
			_ = t.WriteRTP(packet) // fails for subscribers that are about to go
		}
	})
	return pc, nil
}

func (f *forwarder) subscribe(r *http.Request, _ string) (*webrtc.PeerConnection, error) {
	pc, err := f.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	for key := range f.tracks.Range {
		if t := key.(*track); t.StreamID() == r.PathValue("name") {
			sender, err := pc.AddTrack(t)
			if err != nil {
				return nil, errors.Join(err, pc.Close())
			}
			go t.answer(sender)
		}
	}
	if len(pc.GetSenders()) == 0 {
		return nil, errors.Join(errors.New("nobody publishes by this name"), pc.Close())
	}
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			for _, sender := range pc.GetSenders() {
				sender.Track().(*track).requestKeyFrame() // without one nothing is seen
			}
		}
	})
	return pc, nil
}

// answer passes on what a subscriber asks for until it is gone. Reading also is what lets Pion answer NACKs.
func (t *track) answer(sender *webrtc.RTPSender) {
	for packets, _, err := sender.ReadRTCP(); err == nil; packets, _, err = sender.ReadRTCP() {
		for _, packet := range packets {
			if _, ok := packet.(*rtcp.PictureLossIndication); ok {
				t.requestKeyFrame()
			}
		}
	}
}

func (t *track) requestKeyFrame() {
	_ = t.publisher.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(t.remote.SSRC())}})
}

func (f *forwarder) names(w http.ResponseWriter, _ *http.Request) {
	names := []string{}
	for key := range f.tracks.Range {
		names = append(names, key.(*track).StreamID())
	}
	_ = json.NewEncoder(w).Encode(names)
}
