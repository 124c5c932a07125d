package rembwebrtc

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

const (
	// maxRequests is how often a lost packet is asked for if its retransmissions are seen to come: libwebrtc's
	// kMaxNackRetries, in nack_requester.cc.
	maxRequests = 10
	// maxBlindRequests is the same if they may come unseen.
	maxBlindRequests = 3
	// requestLife is how long after it was last asked for a packet is taken for one that may come. It must be longer
	// than a round trip, and shorter than sequence numbers take to come round.
	requestLife = 2 * time.Second
	// maxStrangers is how many packets in a row may repair another media stream before the RTX stream is matched afresh.
	maxStrangers = 2
)

// nackLimiter sits between NACK generators and the wire. It leaves out of their NACKs what has come on an RTX stream and
// what has been asked for often enough. All its work is for lost packets; it does not see the others.
type nackLimiter struct {
	interceptor.NoOp

	mu      sync.Mutex
	streams map[uint32]*mediaStream
}

// mediaStream is a stream that may be asked for packets.
type mediaStream struct {
	requests map[uint16]*request // by sequence number
	repaired bool                // an RTX stream is known for it
	unbound  bool
}

// request is a packet that has been asked for.
type request struct {
	last  time.Time
	times int
	came  bool // on an RTX stream; what comes on its own SSRC a generator sees for itself
}

// BindRTCPWriter returns a writer of what is left of the NACKs, and of all else as it is.
func (l *nackLimiter) BindRTCPWriter(writer interceptor.RTCPWriter) interceptor.RTCPWriter {
	return interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, attributes interceptor.Attributes) (int, error) {
		if !slices.ContainsFunc(packets, isNACK) {
			return writer.Write(packets, attributes)
		}
		if packets = l.limit(packets); len(packets) == 0 {
			return 0, nil
		}
		return writer.Write(packets, attributes)
	})
}

func isNACK(packet rtcp.Packet) bool {
	_, ok := packet.(*rtcp.TransportLayerNack)
	return ok
}

// limit returns new packets: those that it is given belong to others.
func (l *nackLimiter) limit(packets []rtcp.Packet) []rtcp.Packet {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	kept := make([]rtcp.Packet, 0, len(packets))
	for _, packet := range packets {
		nack, ok := packet.(*rtcp.TransportLayerNack)
		if !ok || l.streams[nack.MediaSSRC] == nil {
			kept = append(kept, packet)
			continue
		}
		if pairs := l.streams[nack.MediaSSRC].ask(nack.Nacks, now); len(pairs) > 0 {
			kept = append(kept, &rtcp.TransportLayerNack{
				SenderSSRC: nack.SenderSSRC, MediaSSRC: nack.MediaSSRC, Nacks: pairs,
			})
		}
	}
	return kept
}

// ask counts what is asked for, and returns what is to be.
func (s *mediaStream) ask(pairs []rtcp.NackPair, now time.Time) []rtcp.NackPair {
	most := maxBlindRequests
	if s.repaired {
		most = maxRequests
	}
	maps.DeleteFunc(s.requests, func(_ uint16, r *request) bool { return now.Sub(r.last) > requestLife })
	var wanted []uint16
	for _, pair := range pairs {
		for _, sequenceNumber := range pair.PacketList() {
			r := s.requests[sequenceNumber]
			if r == nil {
				r = &request{}
				s.requests[sequenceNumber] = r
			}
			r.last = now
			if !r.came && r.times < most {
				r.times++
				wanted = append(wanted, sequenceNumber)
			}
		}
	}
	return rtcp.NackPairsFromSequenceNumbers(wanted)
}

// BindRemoteStream returns the reader of a media stream as it is.
func (l *nackLimiter) BindRemoteStream(
	info *interceptor.StreamInfo, reader interceptor.RTPReader,
) interceptor.RTPReader {
	if strings.EqualFold(info.MimeType, webrtc.MimeTypeRTX) {
		return &rtxReader{RTPReader: reader, limiter: l}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(info.SSRC)
	l.streams[info.SSRC] = &mediaStream{requests: map[uint16]*request{}}
	return reader
}

// UnbindRemoteStream forgets a stream's requests.
func (l *nackLimiter) UnbindRemoteStream(info *interceptor.StreamInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(info.SSRC)
}

// forget has the RTX stream that repairs a stream, if any, look for another one.
func (l *nackLimiter) forget(ssrc uint32) {
	if s := l.streams[ssrc]; s != nil {
		s.unbound = true
		delete(l.streams, ssrc)
	}
}

// request returns the request for a packet, or nil if there is none that it could answer.
func (s *mediaStream) request(sequenceNumber uint16, now time.Time) *request {
	r := s.requests[sequenceNumber]
	if r == nil || now.Sub(r.last) > requestLife {
		return nil
	}
	return r
}
