//go:build cgo

package remb_test

import (
	"fmt"
	"time"

	"github.com/pion/interceptor"

	"github.com/libremb/libremb/go/remb"
)

// Registering by hand; rembwebrtc.ConfigureREMB does this and all else that is needed.
func ExampleNewBWEInterceptorFactory() {
	registry := &interceptor.Registry{}
	factory, err := remb.NewBWEInterceptorFactory(
		remb.WithInitialBitrate(1_000_000),
		remb.WithMaxBitrate(4_000_000),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	registry.Add(factory)
	factory.OnNewPeerConnection(func(id string, e *remb.Estimator) {
		fmt.Println("new peer connection", id)
		e.OnTargetBitrateChange(func(bitrate int) { fmt.Println("the sender may send", bitrate, "bit/s") })
	})

	// What Pion does for each peer connection.
	chain, err := registry.Build("example")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("known:", factory.Estimator("example") != nil)
	_ = chain.Close()
	fmt.Println("known:", factory.Estimator("example") != nil)
	// Output:
	// new peer connection example
	// known: true
	// known: false
}

// A server that reads RTP packets by itself.
func ExampleEstimator() {
	e, err := remb.NewEstimator(
		remb.WithSenderSSRC(1),
		remb.WithDefaultStream(remb.StreamConfig{AbsSendTimeID: 3}), // from the SDP's a=extmap
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = e.Close() }()

	now := time.Now()
	for n := range 400 { // 2 s of a stream of 1.6 Mbit/s
		now = now.Add(5 * time.Millisecond)
		packet := rtpPacket(uint16(n), time.Duration(n)*5*time.Millisecond)
		facts, err := e.OnRTPPacket(now, packet)
		if err != nil {
			fmt.Println(err)
		}
		next, ok := e.NextPoll()
		if !facts.Has(remb.REMBDue) && (!ok || next.After(now)) {
			continue
		}
		if r, due, err := e.Poll(now); err == nil && due {
			if _, err := r.Packet().Marshal(); err != nil { // and write it to the sender
				continue // it stays due
			}
			_ = e.REMBSent(now, r.Bitrate)
		}
	}
	stats := e.Stats()
	fmt.Println("packets:", stats.Packets, "by", stats.TimeSource)
	fmt.Println("between 1.5 and 3 Mbit/s:", stats.TargetBitrate > 1_500_000 && stats.TargetBitrate < 3_000_000)
	fmt.Println("streams:", e.SSRCs())
	// Output:
	// packets: 400 by abs-send-time
	// between 1.5 and 3 Mbit/s: true
	// streams: [4711]
}

// rtpPacket makes a packet of 1000 bytes with abs-send-time under the id 3.
func rtpPacket(sequenceNumber uint16, sent time.Duration) []byte {
	packet := make([]byte, 20+1000)
	stamp := uint64(sent) << 18 / uint64(time.Second)
	copy(packet, []byte{
		0x90, 96, byte(sequenceNumber >> 8), byte(sequenceNumber), 0, 0, 0, 0, 0, 0, 0x12, 0x67, // SSRC 4711
		0xbe, 0xde, 0, 1, 3<<4 | 2, byte(stamp >> 16), byte(stamp >> 8), byte(stamp),
	})
	return packet
}
