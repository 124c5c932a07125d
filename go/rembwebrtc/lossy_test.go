//go:build cgo

package rembwebrtc_test

import (
	"encoding/binary"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/remb"
)

const (
	lossyPackets         = 400 // of each stream
	ridExtension         = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
	repairedRIDExtension = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
	midExtension         = "urn:ietf:params:rtp-hdrext:sdes:mid"
)

// lossySender sends video over a path that loses packets. It retransmits on RTX streams and offers abs-send-time and
// transport-wide-cc, as browsers do.
type lossySender struct {
	pc   *webrtc.PeerConnection
	path *lossyPath
	rids []string // one track each; none for a track that is not simulcast

	tracks    []*webrtc.TrackLocalStaticRTP
	rtpSender *webrtc.RTPSender
	connected chan struct{}
}

// lossyPath is an interceptor next to the wire. Of the first packets of each stream it loses the 7th and 8th of each
// 20, and of all retransmissions one in ten.
type lossyPath struct {
	interceptor.NoOp

	mu       sync.Mutex
	counts   pathCounts
	askedFor map[uint64]int // by SSRC and sequence number
}

// pathCounts counts packets of all streams together.
type pathCounts struct {
	sent, lost   int // of media
	rtx, rtxLost int
	asks         int // packets in NACKs
	askedMost    int // of them for the same packet
	rembs, twcc  int // of the receiver's feedback
}

func (p *lossyPath) count() pathCounts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

func (p *lossyPath) NewInterceptor(string) (interceptor.Interceptor, error) { return p, nil }

func (p *lossyPath) BindLocalStream(info *interceptor.StreamInfo, writer interceptor.RTPWriter) interceptor.RTPWriter {
	media := 0 // packets of this stream
	numbers := rtp.NewRandomSequencer()
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		if p.loses(info, h, &media) {
			return h.MarshalSize() + len(payload), nil
		}
		if h.SSRC == info.SSRCRetransmission {
			h = rtxHeader(info, h, numbers)
		}
		return writer.Write(h, payload, a)
	})
}

func (p *lossyPath) loses(info *interceptor.StreamInfo, h *rtp.Header, media *int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h.SSRC == info.SSRCRetransmission {
		p.counts.rtx++
		lost := p.counts.rtx%10 == 0
		if lost {
			p.counts.rtxLost++
		}
		return lost
	}
	p.counts.sent++
	*media++
	lost := *media <= lossyPackets && (*media%20 == 7 || *media%20 == 8)
	if lost {
		p.counts.lost++
	}
	return lost
}

// rtxHeader does what browsers do and Pion's responder does not. It numbers a packet of the RTX stream as it leaves; the
// responder does that to all media in advance, and what it sends again after 64 packets is too old for the receiver's
// SRTP, which takes it for a replay. And it names the stream that is repaired instead of the stream itself.
func rtxHeader(info *interceptor.StreamInfo, h *rtp.Header, numbers rtp.Sequencer) *rtp.Header {
	clone := h.Clone()
	clone.SequenceNumber = numbers.NextSequenceNumber()
	from, to := extension(info, ridExtension), extension(info, repairedRIDExtension)
	if rid := h.GetExtension(from); from != 0 && to != 0 && rid != nil {
		_ = clone.DelExtension(from)
		_ = clone.SetExtension(to, rid)
	}
	return &clone
}

func extension(info *interceptor.StreamInfo, uri string) uint8 {
	for _, e := range info.RTPHeaderExtensions {
		if e.URI == uri {
			return uint8(e.ID)
		}
	}
	return 0
}

func (p *lossyPath) BindRTCPReader(reader interceptor.RTCPReader) interceptor.RTCPReader {
	return interceptor.RTCPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := reader.Read(b, a)
		if err != nil {
			return n, a, err
		}
		packets, _ := rtcp.Unmarshal(b[:n])
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, packet := range packets {
			switch r := packet.(type) {
			case *rtcp.TransportLayerNack:
				p.countNACK(r)
			case *rtcp.ReceiverEstimatedMaximumBitrate:
				p.counts.rembs++
			case *rtcp.TransportLayerCC:
				p.counts.twcc++
			}
		}
		return n, a, err
	})
}

func (p *lossyPath) countNACK(nack *rtcp.TransportLayerNack) {
	for _, pair := range nack.Nacks {
		for _, sequenceNumber := range pair.PacketList() {
			key := uint64(nack.MediaSSRC)<<16 | uint64(sequenceNumber)
			p.counts.asks++
			p.askedFor[key]++
			p.counts.askedMost = max(p.counts.askedMost, p.askedFor[key])
		}
	}
}

func newLossySender(t *testing.T, rids ...string) *lossySender {
	t.Helper()
	s := &lossySender{path: &lossyPath{askedFor: map[uint64]int{}}, rids: rids, connected: make(chan struct{})}
	mediaEngine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	must(t, mediaEngine.RegisterDefaultCodecs())
	registry.Add(s.path)
	must(t, webrtc.ConfigureNack(mediaEngine, registry))
	must(t, webrtc.ConfigureSimulcastExtensionHeaders(mediaEngine))
	must(t, webrtc.ConfigureTWCCHeaderExtensionSender(mediaEngine, registry))
	must(t, mediaEngine.RegisterHeaderExtension(
		webrtc.RTPHeaderExtensionCapability{URI: remb.AbsSendTimeURI}, webrtc.RTPCodecTypeVideo))
	var err error
	s.pc, err = webrtc.NewAPI(webrtc.WithSettingEngine(testpeer.Loopback()), webrtc.WithMediaEngine(mediaEngine),
		webrtc.WithInterceptorRegistry(registry)).NewPeerConnection(webrtc.Configuration{})
	must(t, err)
	t.Cleanup(func() { _ = s.pc.Close() })
	connected := sync.OnceFunc(func() { close(s.connected) })
	s.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			connected()
		}
	})
	codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90_000}
	if len(rids) == 0 {
		track, err := webrtc.NewTrackLocalStaticRTP(codec, "video", "video")
		must(t, err)
		s.tracks = append(s.tracks, track)
	}
	for _, rid := range rids {
		track, err := webrtc.NewTrackLocalStaticRTP(codec, "video", "video", webrtc.WithRTPStreamID(rid))
		must(t, err)
		s.tracks = append(s.tracks, track)
	}
	s.rtpSender, err = s.pc.AddTrack(s.tracks[0])
	must(t, err)
	for _, track := range s.tracks[1:] {
		must(t, s.rtpSender.AddEncoding(track))
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// send connects to a peer connection and sends packets, one every 4 ms on each track. Those after the lossy ones are as
// many as Pion's generator looks back.
func (s *lossySender) send(t *testing.T, to *webrtc.PeerConnection) {
	t.Helper()
	offer, err := s.pc.CreateOffer(nil)
	must(t, err)
	gathered := webrtc.GatheringCompletePromise(s.pc)
	must(t, s.pc.SetLocalDescription(offer))
	<-gathered
	answer := answerOf(t, to)(s.pc.LocalDescription().SDP)
	must(t, s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}))
	select {
	case <-s.connected:
	case <-time.After(20 * time.Second):
		t.Fatal("the peer connections do not connect")
	}
	go readRTCP(func(b []byte) error { _, _, err := s.rtpSender.Read(b); return err })
	for _, rid := range s.rids {
		go readRTCP(func(b []byte) error { _, _, err := s.rtpSender.ReadSimulcast(b, rid); return err })
	}
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	for n := range uint16(lossyPackets + 512) {
		<-tick.C
		for i, track := range s.tracks {
			must(t, track.WriteRTP(s.packet(t, i, n)))
		}
	}
}

func readRTCP(read func([]byte) error) {
	buffer := make([]byte, 1500)
	for read(buffer) == nil {
	}
}

// packet makes the n-th packet of a track. Each track begins at a sequence number of its own, which comes round soon.
func (s *lossySender) packet(t *testing.T, track int, n uint16) *rtp.Packet {
	sequenceNumber := n - 100 - 10_000*uint16(track)
	packet := &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: sequenceNumber, Timestamp: uint32(sequenceNumber) * 360},
		Payload: binary.BigEndian.AppendUint16(make([]byte, 200), sequenceNumber),
	}
	for _, e := range s.rtpSender.GetParameters().HeaderExtensions {
		value := []byte("0") // the media section
		switch e.URI {
		case midExtension:
		case ridExtension:
			value = nil
			if len(s.rids) > 0 {
				value = []byte(s.rids[track])
			}
		case remb.AbsSendTimeURI:
			var err error
			value, err = rtp.NewAbsSendTimeExtension(time.Now()).Marshal()
			must(t, err)
		default:
			continue
		}
		if value != nil {
			must(t, packet.SetExtension(uint8(e.ID), value))
		}
	}
	return packet
}

// receivedPackets counts the different packets that a peer connection's user reads, by SSRC.
type receivedPackets struct {
	mu    sync.Mutex
	seen  map[uint32]map[uint16]bool
	wrong int
}

func countReceived(pc *webrtc.PeerConnection) *receivedPackets {
	r := &receivedPackets{seen: map[uint32]map[uint16]bool{}}
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			packet, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			r.add(packet)
		}
	})
	return r
}

func (r *receivedPackets) add(packet *rtp.Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[packet.SSRC] == nil {
		r.seen[packet.SSRC] = map[uint16]bool{}
	}
	if len(packet.Payload) != 202 || binary.BigEndian.Uint16(packet.Payload[200:]) != packet.SequenceNumber {
		r.wrong++
	}
	r.seen[packet.SSRC][packet.SequenceNumber] = true
}

// wait gives the last packets a second to be read. It returns how many were, and how many of them are not as sent.
func (r *receivedPackets) wait(want int) (packets, wrong int) {
	for range 100 {
		r.mu.Lock()
		packets, wrong = 0, r.wrong
		for _, seen := range r.seen {
			packets += len(seen)
		}
		r.mu.Unlock()
		if packets == want {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return packets, wrong
}
