// Package testpeer is the far end of a call in tests: a real Pion peer connection on loopback that sends video with
// abs-send-time and keeps the REMBs and NACKs that it gets.
package testpeer

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/remb"
)

// patience is how long tests wait for what has to come.
const patience = 20 * time.Second

// Loopback has peer connections talk on loopback only.
func Loopback() webrtc.SettingEngine {
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIPFilter(net.IP.IsLoopback)
	return settings
}

// Sender sends video.
type Sender struct {
	PC *webrtc.PeerConnection
	// Lost is a sequence number that is never sent.
	Lost uint16

	track     *webrtc.TrackLocalStaticRTP
	rtpSender *webrtc.RTPSender
	connected chan struct{}

	mu    sync.Mutex
	rembs []*rtcp.ReceiverEstimatedMaximumBitrate
	nacks map[uint16]int
	plis  int
}

// NewSender makes a sender that is closed at the test's end.
func NewSender(tb testing.TB) *Sender {
	tb.Helper()
	s := &Sender{connected: make(chan struct{}), nacks: map[uint16]int{}}
	mediaEngine := &webrtc.MediaEngine{}
	must(tb, mediaEngine.RegisterDefaultCodecs())
	must(tb, mediaEngine.RegisterHeaderExtension(
		webrtc.RTPHeaderExtensionCapability{URI: remb.AbsSendTimeURI}, webrtc.RTPCodecTypeVideo))
	var err error
	s.PC, err = webrtc.NewAPI(webrtc.WithSettingEngine(Loopback()), webrtc.WithMediaEngine(mediaEngine),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{})).NewPeerConnection(webrtc.Configuration{})
	must(tb, err)
	tb.Cleanup(func() { _ = s.PC.Close() })
	connected := sync.OnceFunc(func() { close(s.connected) })
	s.PC.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			connected()
		}
	})
	codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}
	s.track, err = webrtc.NewTrackLocalStaticRTP(codec, "video", "video")
	must(tb, err)
	s.rtpSender, err = s.PC.AddTrack(s.track)
	must(tb, err)
	return s
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// Connect has answer turn the offer into an answer, and sends video until the test ends.
func (s *Sender) Connect(tb testing.TB, answer func(offer string) string) {
	tb.Helper()
	offer, err := s.PC.CreateOffer(nil)
	must(tb, err)
	gathered := webrtc.GatheringCompletePromise(s.PC)
	must(tb, s.PC.SetLocalDescription(offer))
	<-gathered
	sdp := answer(s.PC.LocalDescription().SDP)
	must(tb, s.PC.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}))
	select {
	case <-s.connected:
	case <-time.After(patience):
		tb.Fatal("the peer connections do not connect")
	}
	stop, ended := make(chan struct{}), make(chan struct{})
	go s.readRTCP()
	go func() { defer close(ended); s.sendVideo(tb, stop) }()
	tb.Cleanup(func() { close(stop); <-ended })
}

// SSRC is the video's.
func (s *Sender) SSRC() uint32 { return uint32(s.rtpSender.GetParameters().Encodings[0].SSRC) }

// sendVideo sends a frame in a packet of 1000 bytes every 5 ms, with the time that it is sent at: 1.6 Mbit/s.
func (s *Sender) sendVideo(tb testing.TB, stop chan struct{}) {
	id := uint8(0)
	for _, extension := range s.rtpSender.GetParameters().HeaderExtensions {
		if extension.URI == remb.AbsSendTimeURI {
			id = uint8(extension.ID)
		}
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	payload := make([]byte, 1000)
	payload[0] = 0x10 // start of a VP8 partition; the 0 that follows says key frame
	for sequenceNumber := uint16(1); ; sequenceNumber++ {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		packet := &rtp.Packet{
			Header: rtp.Header{
				Version: 2, SequenceNumber: sequenceNumber, Timestamp: uint32(sequenceNumber) * 450, Marker: true,
			},
			Payload: payload,
		}
		if id != 0 {
			stamp, err := rtp.NewAbsSendTimeExtension(time.Now()).Marshal()
			if err != nil || packet.SetExtension(id, stamp) != nil {
				tb.Error("cannot stamp a packet")
			}
		}
		if sequenceNumber != s.Lost {
			_ = s.track.WriteRTP(packet) // fails once the peer connection is closed
		}
	}
}

func (s *Sender) readRTCP() {
	for {
		packets, _, err := s.rtpSender.ReadRTCP()
		if err != nil {
			return
		}
		s.mu.Lock()
		for _, packet := range packets {
			switch p := packet.(type) {
			case *rtcp.ReceiverEstimatedMaximumBitrate:
				s.rembs = append(s.rembs, p)
			case *rtcp.TransportLayerNack:
				for _, pair := range p.Nacks {
					for _, sequenceNumber := range pair.PacketList() {
						s.nacks[sequenceNumber]++
					}
				}
			case *rtcp.PictureLossIndication:
				s.plis++
			}
		}
		s.mu.Unlock()
	}
}

// NACKs returns how often a packet was asked for.
func (s *Sender) NACKs(sequenceNumber uint16) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nacks[sequenceNumber]
}

// PLIs returns how often a key frame was asked for.
func (s *Sender) PLIs() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plis
}

// WaitForREMB returns the first REMB that ok agrees to, of all that came or are to come.
func (s *Sender) WaitForREMB(
	tb testing.TB, ok func(*rtcp.ReceiverEstimatedMaximumBitrate) bool,
) *rtcp.ReceiverEstimatedMaximumBitrate {
	tb.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		for _, r := range s.rembs {
			if ok(r) {
				s.mu.Unlock()
				return r
			}
		}
		s.mu.Unlock()
	}
	tb.Fatalf("no such REMB came to the sender, but %v", s.rembs)
	return nil
}
