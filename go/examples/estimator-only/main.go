// Command estimator-only is for servers with no use for Pion's interceptors: it sees RTP packets as SRTP lets go of
// them, by SettingEngine.BufferFactory, shows them to an estimator, many in one call, and writes REMBs itself.
//
//	go run github.com/libremb/libremb/go/examples/estimator-only
//
// Then open http://127.0.0.1:8080/ in a browser, or publish to http://127.0.0.1:8080/whip/NAME from any WHIP client.
package main

import (
	"errors"
	"flag"
	"io"
	"log"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/transport/v5/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/examples/internal/whip"
	"github.com/libremb/libremb/go/remb"
)

var absSendTime = regexp.MustCompile(`a=extmap:(\d+)(?:/[a-z]+)? ` + regexp.QuoteMeta(remb.AbsSendTimeURI))

// connect makes a peer connection that is measured.
func connect(settings webrtc.SettingEngine, offer string) (*webrtc.PeerConnection, error) {
	id, packets := 0, make(chan remb.Packet, 1000)
	if match := absSendTime.FindStringSubmatch(offer); match != nil {
		id, _ = strconv.Atoi(match[1]) // the answer keeps it
	}
	settings.BufferFactory = func(kind packetio.BufferPacketType, _ uint32) io.ReadWriteCloser {
		return &buffer{packetio.NewBuffer(), kind, uint8(id), packets}
	}
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := errors.Join(mediaEngine.RegisterDefaultCodecs(), webrtc.ConfigureRTCPReports(registry),
		mediaEngine.RegisterHeaderExtension(
			webrtc.RTPHeaderExtensionCapability{URI: remb.AbsSendTimeURI}, webrtc.RTPCodecTypeVideo)); err != nil {
		return nil, err
	}
	mediaEngine.RegisterFeedback(webrtc.RTCPFeedback{Type: webrtc.TypeRTCPFBGoogREMB}, webrtc.RTPCodecTypeVideo)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(mediaEngine),
		webrtc.WithInterceptorRegistry(registry)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	estimator, err := remb.NewEstimator(remb.WithMaxBitrate(4_000_000))
	if err != nil {
		return nil, errors.Join(err, pc.Close())
	}
	pc.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		go whip.ReadRTCP(receiver)
		if track.Kind() == webrtc.RTPCodecTypeAudio { // what was not added counts as video
			_ = estimator.AddStream(remb.StreamConfig{SSRC: uint32(track.SSRC()), Kind: remb.KindAudio})
		}
		for _, _, err := track.ReadRTP(); err == nil; _, _, err = track.ReadRTP() {
		}
	})
	closed := make(chan struct{})
	end := sync.OnceFunc(func() { close(closed) }) // Pion may say the same state twice, from two goroutines
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateClosed {
			end()
		}
	})
	go measure(pc, estimator, packets, closed)
	return pc, nil
}

// buffer is what SRTP writes the packets of an SSRC to, and Pion reads them from.
type buffer struct {
	*packetio.Buffer
	kind          packetio.BufferPacketType
	absSendTimeID uint8
	packets       chan<- remb.Packet
}

func (b *buffer) Read(p []byte) (int, error) { n, _, err := b.Buffer.Read(p, nil); return n, err }

func (b *buffer) Write(p []byte) (int, error) {
	var header rtp.Header
	if size, err := header.Unmarshal(p); err == nil && b.kind == packetio.RTPBufferPacket {
		packet := remb.Packet{SSRC: header.SSRC, Arrival: time.Now(), PayloadSize: len(p) - size,
			Stamps: remb.StampRTPTimestamp, RTPTimestamp: header.Timestamp}
		var stamp rtp.AbsSendTimeExtension
		if stamp.Unmarshal(header.GetExtension(b.absSendTimeID)) == nil {
			packet.Stamps, packet.AbsSendTime = packet.Stamps|remb.StampAbsSendTime, uint32(stamp.Timestamp)
		}
		select {
		case b.packets <- packet:
		default: // measure is stuck or gone, and SRTP must not wait for it
		}
	}
	return b.Buffer.Write(p, nil)
}

// measure takes in packets and writes REMBs.
func measure(pc *webrtc.PeerConnection, e *remb.Estimator, packets <-chan remb.Packet, closed <-chan struct{}) {
	defer func() { _ = e.Close() }()
	timer, batch := time.NewTimer(0), []remb.Packet{}
	for {
		batch = batch[:0]
		select {
		case <-closed:
			return
		case <-timer.C: // something is due though no packet comes
		case packet := <-packets:
			batch = append(batch, packet)
			time.Sleep(5 * time.Millisecond) // those that come meanwhile share a call
			for len(packets) > 0 {
				batch = append(batch, <-packets)
			}
		}
		_, err := e.OnPackets(batch)
		now := time.Now()
		r, due, pollErr := e.Poll(now)
		if err := errors.Join(err, pollErr); err != nil {
			log.Println(err)
		}
		next, ok := e.NextPoll()
		if due {
			if err := pc.WriteRTCP([]rtcp.Packet{r.Packet()}); err != nil { // as it does until DTLS is up
				next, ok = now.Add(50*time.Millisecond), true
			} else if err := e.REMBSent(now, r.Bitrate); err == nil {
				log.Printf("%s: %d bit/s for %d streams", pc.ID(), r.Bitrate, len(r.SSRCs))
				next, ok = e.NextPoll()
			}
		}
		if ok {
			timer.Reset(time.Until(next))
		}
	}
}

func main() {
	address := flag.String("listen", "127.0.0.1:8080", "address to serve HTTP at")
	flag.Parse()
	server := whip.NewServer()
	server.Offers("/whip/{name}", func(_ *http.Request, offer string) (*webrtc.PeerConnection, error) {
		return connect(webrtc.SettingEngine{}, offer)
	})
	if err := server.Run(*address); err != nil {
		log.Fatal(err)
	}
}
