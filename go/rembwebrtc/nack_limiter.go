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
	// generatorInterval is how often Pion's generator asks, if it is not told otherwise.
	generatorInterval = 100 * time.Millisecond
	// maxAnswerTime bounds what is waited for an answer: within requestLife there is time for another one.
	maxAnswerTime = time.Second
	// maxStrangers is how many packets in a row may repair another media stream before the RTX stream is matched afresh.
	maxStrangers = 2
)

// nackLimiter sits between NACK generators and the wire. It leaves out of their NACKs what has come on an RTX stream
// and what has been asked for often enough, and no more than its budget allows. Others of the packets it only counts.
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
	budget   budget
	// answerTime is what passes, on average of late, from the first request for a packet until it comes on an RTX stream:
	// a round trip, with the queues on the way.
	answerTime time.Duration
}

// request is a packet that a generator asks for.
type request struct {
	last        time.Time // that the generator asked
	first, sent time.Time // that it was let through, for the first and the last time
	times       int       // that it was
	came        bool      // on an RTX stream; what comes on its own SSRC a generator sees for itself
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
	s.budget.refill(now)
	var wanted []uint16
	for _, pair := range pairs {
		for _, sequenceNumber := range pair.PacketList() {
			r := s.requests[sequenceNumber]
			if r == nil {
				r = &request{}
				s.requests[sequenceNumber] = r
			}
			r.last = now
			if !r.came && r.times < most && !s.awaits(r, now) && s.budget.take() {
				if r.times++; r.times == 1 {
					r.first = now
				}
				r.sent = now
				wanted = append(wanted, sequenceNumber)
			}
		}
	}
	return rtcp.NackPairsFromSequenceNumbers(wanted)
}

// awaits reports whether the last request for a packet may still be on its way, or the answer to it.
func (s *mediaStream) awaits(r *request, now time.Time) bool {
	return r.times > 0 && s.answerTime > generatorInterval && now.Sub(r.sent) < s.answerTime
}

// answered takes note that a packet has come.
func (s *mediaStream) answered(r *request, now time.Time) {
	if r.came || r.times == 0 {
		return
	}
	r.came = true
	took := min(now.Sub(r.first), maxAnswerTime)
	if s.answerTime == 0 {
		s.answerTime = took
	}
	s.answerTime += (took - s.answerTime) / 8 // as TCP smooths its round-trip time (RFC 6298)
}

// BindRemoteStream returns readers that pass on what they read as it is: for streams that may be asked for packets, and
// for RTX. The reader of any other is returned itself.
func (l *nackLimiter) BindRemoteStream(
	info *interceptor.StreamInfo, reader interceptor.RTPReader,
) interceptor.RTPReader {
	switch {
	case info == nil || reader == nil:
		return reader
	case strings.EqualFold(info.MimeType, webrtc.MimeTypeRTX):
		return &rtxReader{RTPReader: reader, limiter: l}
	case !slices.Contains(info.RTCPFeedback, genericNACK):
		return reader
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(info.SSRC)
	stream := &mediaStream{requests: map[uint16]*request{}, budget: newBudget()}
	l.streams[info.SSRC] = stream
	return &mediaReader{RTPReader: reader, budget: &stream.budget}
}

// genericNACK is what Pion's generator looks for in a stream.
var genericNACK = interceptor.RTCPFeedback{Type: webrtc.TypeRTCPFBNACK}

// UnbindRemoteStream forgets a stream's requests.
func (l *nackLimiter) UnbindRemoteStream(info *interceptor.StreamInfo) {
	if info == nil {
		return
	}
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
