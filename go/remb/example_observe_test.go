//go:build cgo

package remb_test

import (
	"fmt"
	"time"

	"github.com/libremb/libremb/go/remb"
)

// packetsOf makes the packets of a second, 1.6 Mbit/s, as a server's own RTP loop would note them.
func packetsOf(second int, start time.Time) (packets []remb.Packet) {
	for n := range 200 {
		sent := time.Duration(second)*time.Second + time.Duration(n)*5*time.Millisecond
		packets = append(packets, remb.Packet{
			SSRC:        4711,
			Arrival:     start.Add(sent),
			Stamps:      remb.StampAbsSendTime,
			AbsSendTime: uint32(sent<<18/time.Second) & 0xffffff,
			PayloadSize: 1000,
		})
	}
	return packets
}

// Many packets in one call of the C library.
func ExampleEstimator_OnPackets() {
	e, err := remb.NewEstimator()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = e.Close() }()
	start := time.Now()
	for second := range 3 {
		facts, err := e.OnPackets(packetsOf(second, start))
		fmt.Println(e.Stats().Packets, "packets, REMB due:", facts.Has(remb.REMBDue), err)
	}
	// Output:
	// 200 packets, REMB due: true <nil>
	// 400 packets, REMB due: true <nil>
	// 600 packets, REMB due: true <nil>
}

// An encoder of one's own, or a server that asks its publishers for less, wants to know at once.
func ExampleEstimator_OnTargetBitrateChange() {
	e, err := remb.NewEstimator(remb.WithMaxBitrate(1_500_000))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = e.Close() }()
	e.OnTargetBitrateChange(func(bitrate int) { fmt.Println("the sender may send", bitrate, "bit/s") })
	if _, err := e.OnPackets(packetsOf(0, time.Now())); err != nil {
		fmt.Println(err)
	}
	if err := e.SetMaxBitrate(300_000); err != nil {
		fmt.Println(err)
	}
	// Output:
	// the sender may send 1500000 bit/s
	// the sender may send 300000 bit/s
}

// What a path carries, and which streams it is measured by.
func ExampleEstimator_StreamStats() {
	e, err := remb.NewEstimator()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = e.Close() }()
	if _, err := e.OnPackets(packetsOf(0, time.Now())); err != nil {
		fmt.Println(err)
	}
	stats := e.Stats()
	fmt.Printf("%.1f Mbit/s come in; the detector says %s\n", float64(stats.IncomingBitrate)/1e6, stats.State)
	for _, s := range e.StreamStats() {
		fmt.Printf("SSRC %d: %d packets, send times by %s: %s\n", s.SSRC, s.Packets, s.TimeSource, s.Reason)
	}
	// Output:
	// 1.6 Mbit/s come in; the detector says normal
	// SSRC 4711: 200 packets, send times by abs-send-time: the packets carry it
}

// Limits can change at any time; a REMB that says so goes out at once.
func ExampleEstimator_SetMaxBitrate() {
	e, err := remb.NewEstimator(remb.WithInitialBitrate(1_000_000))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = e.Close() }()
	now := time.Now()
	if _, err := e.OnPacket(packetsOf(0, now)[0]); err != nil {
		fmt.Println(err)
	}
	for _, limit := range []int{900_000, 400_000} {
		if err := e.SetMaxBitrate(limit); err != nil {
			fmt.Println(err)
		}
		r, due, err := e.Poll(now)
		fmt.Println(r.Bitrate, due, err)
		_ = e.REMBSent(now, r.Bitrate) // once it has been written
	}
	e.Pause()
	_, due, _ := e.Poll(now.Add(time.Second))
	fmt.Println("paused:", due)
	e.Resume()
	_, due, _ = e.Poll(now.Add(time.Second))
	fmt.Println("resumed:", due)
	// Output:
	// 900000 true <nil>
	// 400000 true <nil>
	// paused: false
	// resumed: true
}
