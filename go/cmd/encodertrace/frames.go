package main

import (
	"slices"
	"sync"
	"time"

	"github.com/pion/rtp/codecs"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/callrecord"
)

// frame is a picture as the encoder made it and the pacer sent it.
type frame struct {
	captured  time.Duration // by its RTP timestamp, since the first frame
	targetBps int64         // the REMB in force when it was captured
	bytes     int           // RTP payload, VP8 payload descriptors included
	key       bool
	packets   []packet
}

// packet is one of a frame's.
type packet struct {
	at    time.Duration // came, since the first media packet
	sent  time.Duration // by abs-send-time, since the first packet's
	bytes int
}

// span is how long the frame took to be sent.
func (f *frame) span() time.Duration { return f.packets[len(f.packets)-1].sent - f.packets[0].sent }

// collector puts frames together. Packets of a frame come one after the other here: nothing on the path reorders.
type collector struct {
	mu     sync.Mutex
	frames []frame

	begun     bool
	timestamp uint32 // of the newest packet
	sendTime  uint32
	captured  time.Duration
	sent      time.Duration
}

const (
	// rtpClock is VP8's, in ticks a second (RFC 7741 section 4.1).
	rtpClock = 90_000
	// sendClock is that of abs-send-time: 6.18 bits, fixed point, in 24 bits.
	sendClock     = 1 << 18
	sendClockBits = 24
)

// add takes a packet.
func (c *collector) add(v browsercall.VideoPacket) {
	var vp8 codecs.VP8Packet
	data, err := vp8.Unmarshal(v.Payload)
	if err != nil {
		return // not VP8
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun {
		c.begun, c.timestamp, c.sendTime = true, v.RTPTimestamp, v.AbsSendTime
	}
	step := int64(int32(v.RTPTimestamp - c.timestamp))
	sendStep := int64(int32((v.AbsSendTime-c.sendTime)<<(32-sendClockBits)) >> (32 - sendClockBits))
	c.captured += time.Duration(step) * time.Second / rtpClock
	c.sent += time.Duration(sendStep) * time.Second / sendClock
	c.timestamp, c.sendTime = v.RTPTimestamp, v.AbsSendTime
	if len(c.frames) == 0 || step != 0 {
		c.frames = append(c.frames, frame{captured: c.captured})
	}
	f := &c.frames[len(c.frames)-1]
	f.bytes += len(v.Payload)
	f.packets = append(f.packets, packet{v.At, c.sent, len(v.Payload)})
	// The first bit of a frame's first octet is 0 in key frames (RFC 6386 section 9.1).
	if vp8.S == 1 && vp8.PID == 0 && len(data) > 0 && data[0]&1 == 0 {
		f.key = true
	}
}

// finish returns the frames that were sent before the end, in order of capture, with the REMBs that were in force then,
// and the time of the first capture since the first media packet, so near as the quickest frame tells.
func (c *collector) finish(rembs []callrecord.Rate, delay time.Duration) (frames []frame, begin time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	frames = slices.Clone(c.frames)
	for i, f := range frames {
		if took := f.packets[0].at - delay - f.captured; i == 0 || took < begin {
			begin = took
		}
	}
	for i := range frames {
		for _, r := range rembs {
			if r.At <= begin+frames[i].captured {
				frames[i].targetBps = int64(r.Bps)
			}
		}
	}
	// The last one may not have come as a whole.
	return frames[:max(0, len(frames)-1)], begin
}
