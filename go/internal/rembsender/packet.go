package rembsender

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtp"
)

const (
	// wireOverhead is what surrounds a payload on the wire: IPv4 20, UDP 8, RTP 12, the header extension
	// with abs-send-time 8, the tag of AES-GCM 16.
	wireOverhead = 20 + 8 + 12 + 8 + 16
	// maxPayload keeps packets below an Ethernet frame with room for tunnels, as browsers do.
	maxPayload   = 1200
	paddingBytes = 255
	// historySize is how many packets are kept for retransmission, about three seconds of a fast video.
	historySize = 1024
	videoClock  = 90_000
)

// OnWire is the rate of whole IP packets that a rate of payload becomes, in packets of full size.
func OnWire(payload int64) float64 {
	return float64(payload) * (maxPayload + wireOverhead) / maxPayload
}

// packet is an RTP packet before its send time is written into it.
type packet struct {
	header  rtp.Header
	payload []byte
	// retransmission says that the packet answers a NACK.
	retransmission bool
}

// size is what rates count: payload and padding. It is what the receiver's estimate counts, and a browser
// that takes REMB counts the same; only with transport-wide feedback does it count headers too.
func (p *packet) size() int { return len(p.payload) + int(p.header.PaddingSize) }

// packetizer turns frames into packets and remembers them for retransmission.
type packetizer struct {
	ssrc, rtxSSRC         uint32
	payloadType, rtxType  uint8
	sequence, rtxSequence uint16
	timestampOffset       uint32
	history               [historySize]*packet // by sequence number
	sentAt                [historySize]time.Duration
	last                  *packet
}

// frame makes the packets of a frame of size bytes, split evenly.
func (z *packetizer) frame(at time.Duration, size int) []*packet {
	n := (size + maxPayload - 1) / maxPayload
	packets := make([]*packet, n)
	timestamp := z.timestampOffset + uint32(at*videoClock/time.Second)
	for i := range packets {
		data := make([]byte, size*(i+1)/n-size*i/n)
		if i == 0 {
			data[0] = 0x10 // VP8 payload descriptor: start of a partition
		}
		packets[i] = &packet{payload: data, header: rtp.Header{
			Version: 2, Marker: i == n-1, PayloadType: z.payloadType, SSRC: z.ssrc,
			SequenceNumber: z.sequence, Timestamp: timestamp,
		}}
		z.sequence++
	}
	return packets
}

// sent remembers a media packet.
func (z *packetizer) sent(p *packet, now time.Duration) {
	if p.header.SSRC == z.ssrc {
		slot := int(p.header.SequenceNumber) % len(z.history)
		z.history[slot], z.sentAt[slot] = p, now
		z.last = p
	}
}

// resend makes the RTX packet (RFC 4588) that answers a NACK, or returns nil if the packet is forgotten
// or has been sent within the last round trip.
func (z *packetizer) resend(sequence uint16, now, roundTrip time.Duration) *packet {
	slot := int(sequence) % len(z.history)
	p := z.history[slot]
	if p == nil || p.header.SequenceNumber != sequence {
		return nil
	}
	if now-z.sentAt[slot] < roundTrip {
		return nil
	}
	z.sentAt[slot] = now
	rtx := z.rtx(p)
	rtx.retransmission = true
	return rtx
}

// padding makes a packet that only probes: 255 bytes of padding, or media that was sent before.
func (z *packetizer) padding(blank bool) *packet {
	if !blank && z.last != nil {
		return z.rtx(z.last)
	}
	p := &packet{header: rtp.Header{
		Version: 2, Padding: true, PaddingSize: paddingBytes,
		PayloadType: z.rtxType, SSRC: z.rtxSSRC, SequenceNumber: z.rtxSequence,
	}}
	if z.last != nil { // a stream's first padding has the timestamp 0 in Chrome as well
		p.header.Timestamp = z.last.header.Timestamp
	}
	z.rtxSequence++
	return p
}

// rtx wraps a media packet for the RTX stream: its sequence number goes before the payload.
func (z *packetizer) rtx(original *packet) *packet {
	p := &packet{header: original.header}
	p.payload = binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(original.payload)), original.header.SequenceNumber)
	p.payload = append(p.payload, original.payload...)
	p.header.PayloadType, p.header.SSRC, p.header.SequenceNumber = z.rtxType, z.rtxSSRC, z.rtxSequence
	p.header.Extension, p.header.Extensions = false, nil
	z.rtxSequence++
	return p
}

// absSendTime is the header extension's value: seconds in 6.18 fixed point, 24 bits.
func absSendTime(now time.Duration) []byte {
	x := uint32(uint64(now) << 18 / uint64(time.Second))
	return []byte{byte(x >> 16), byte(x >> 8), byte(x)}
}
