package rembwebrtc

import (
	"encoding/binary"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
)

// rtxReader tells the limiter what comes on one RTX stream. What the reader below returns passes through as it is.
type rtxReader struct {
	interceptor.RTPReader
	limiter *nackLimiter

	media     *mediaStream // the stream that it repairs, nil as long as that is not known; guarded by nackLimiter.mu
	strangers int          // packets in a row that repair another one; guarded by nackLimiter.mu
}

// Read reads a packet.
func (r *rtxReader) Read(b []byte, in interceptor.Attributes) (int, interceptor.Attributes, error) {
	n, attributes, err := r.RTPReader.Read(b, in)
	if err == nil && 0 <= n && n <= len(b) {
		if sequenceNumber, ok := originalSequenceNumber(b[:n]); ok {
			r.limiter.cameByRTX(r, sequenceNumber)
		}
	}
	return n, attributes, err
}

// originalSequenceNumber returns which packet an RTX packet repeats (RFC 4588 section 4). Packets of padding, by which
// browsers probe, repeat none.
func originalSequenceNumber(b []byte) (uint16, bool) {
	// Not by way of the attributes: they would keep this header for others, and Pion makes the original packet's of it.
	var packet rtp.Packet
	if packet.Unmarshal(b) != nil || len(packet.Payload) < 2 {
		return 0, false
	}
	return binary.BigEndian.Uint16(packet.Payload), true
}

// cameByRTX takes note that a packet came again. Of which media stream it is Pion does not say. RFC 4588 section 5.3
// has the receiver find out by what it asked for: a packet that was asked of one stream only shows that stream to be
// the one. From then on only that stream counts, since others may lose packets of the same numbers.
func (l *nackLimiter) cameByRTX(r *rtxReader, sequenceNumber uint16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if r.media != nil && r.media.unbound {
		r.media = nil
	}
	if r.media != nil {
		if request := r.media.request(sequenceNumber, now); request != nil {
			r.media.answered(request, now)
			r.strangers = 0
			return
		}
	}
	media := l.onlyAsked(sequenceNumber, now)
	switch {
	case media == nil: // asked of none, as when a browser probes by repeating packets, or of several
	case r.media == nil:
		r.media, r.strangers, media.repaired = media, 0, true
		media.answered(media.request(sequenceNumber, now), now)
	default: // by chance, or the match was by chance
		if r.strangers++; r.strangers >= maxStrangers {
			r.media.repaired = false
			r.media = nil
		}
	}
}

// onlyAsked returns the stream that this packet was asked of, or nil if there is none or more than one.
func (l *nackLimiter) onlyAsked(sequenceNumber uint16, now time.Time) *mediaStream {
	var only *mediaStream
	for _, s := range l.streams {
		if s.request(sequenceNumber, now) == nil {
			continue
		}
		if only != nil {
			return nil
		}
		only = s
	}
	return only
}
