package main

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"

	"github.com/libremb/libremb/go/remb"
)

const (
	packetSize    = 1200
	packetSpacing = 2 * time.Millisecond // 500 packets/s, 4.8 Mbit/s
	// feedbackInterval is how often Pion's twcc sender sends.
	feedbackInterval = 100 * time.Millisecond

	absSendTimeID = 3
	transportCCID = 5

	// Where the two lie in a packet, after a header of 12 bytes and 4 that say: extensions.
	absSendTimeAt = 12 + 4 + 1
	transportCCAt = absSendTimeAt + 3 + 1
)

// line is where the packets of a peer connection come from, of all its streams.
type line struct {
	start             time.Time
	sent              atomic.Int64  // when the newest packet was, in ns after start
	spacing           time.Duration // from one packet to the next
	transportSequence uint16
	feedback          chan time.Time // if not nil, has a tick each feedbackInterval
}

// now is a clock that moves with the packets, but costs what the real one does.
func (l *line) now() time.Time {
	_ = time.Since(l.start)
	return l.start.Add(time.Duration(l.sent.Load()))
}

// stream is a reader as cheap as a real one can be: it writes a packet's stamps and copies it.
type stream struct {
	line        *line
	transportCC bool
	sequence    uint16
	packet      []byte
}

func newStream(l *line, ssrc uint32, transportCC bool) (*stream, error) {
	header := rtp.Header{Version: 2, PayloadType: 96, SSRC: ssrc}
	err := header.SetExtension(absSendTimeID, make([]byte, 3))
	if err == nil && transportCC {
		err = header.SetExtension(transportCCID, make([]byte, 2))
	}
	if err != nil {
		return nil, err
	}
	raw, err := header.Marshal()
	if err != nil {
		return nil, err
	}
	return &stream{line: l, transportCC: transportCC, packet: append(raw, make([]byte, packetSize-len(raw))...)}, nil
}

// Read returns the attributes that it is given, as Pion's reader of SRTP does.
func (s *stream) Read(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
	s.stamp(s.line.sent.Add(int64(s.line.spacing)))
	if s.line.feedback != nil && s.line.transportSequence%uint16(feedbackInterval/packetSpacing) == 0 {
		select {
		case s.line.feedback <- time.Time{}:
		default:
		}
	}
	return copy(b, s.packet), a, nil
}

// stamp writes when a packet was sent, in nanoseconds, and the numbers that count up.
func (s *stream) stamp(sent int64) {
	s.sequence++
	binary.BigEndian.PutUint16(s.packet[2:], s.sequence)
	binary.BigEndian.PutUint32(s.packet[4:], uint32(sent*9/100_000)) // 90 kHz
	stamp := uint64(sent) << 18 / uint64(time.Second)
	s.packet[absSendTimeAt] = byte(stamp >> 16)
	binary.BigEndian.PutUint16(s.packet[absSendTimeAt+1:], uint16(stamp))
	if s.transportCC {
		s.line.transportSequence++
		binary.BigEndian.PutUint16(s.packet[transportCCAt:], s.line.transportSequence)
	}
}

// info is what Pion would say of a stream.
func info(ssrc uint32, transportCC bool) *interceptor.StreamInfo {
	i := &interceptor.StreamInfo{
		SSRC: ssrc, MimeType: "video/VP8", ClockRate: 90_000,
		RTPHeaderExtensions: []interceptor.RTPHeaderExtension{{URI: remb.AbsSendTimeURI, ID: absSendTimeID}},
		RTCPFeedback:        []interceptor.RTCPFeedback{{Type: "goog-remb"}, {Type: "nack"}},
	}
	if transportCC {
		i.RTPHeaderExtensions = append(i.RTPHeaderExtensions,
			interceptor.RTPHeaderExtension{URI: remb.TransportCCURI, ID: transportCCID})
	}
	return i
}
