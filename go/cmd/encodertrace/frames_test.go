package main

import (
	"errors"
	"flag"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/callrecord"
)

const ms = time.Millisecond

// vp8 is a packet of a frame: a payload descriptor that says whether it is the frame's first (RFC 7741 section 4.2), and
// data whose first bit says whether it is of a key frame.
func vp8(first, key bool, bytes int) []byte {
	payload := make([]byte, bytes)
	if first {
		payload[0] = 0x10
	}
	if !key {
		payload[1] = 1
	}
	return payload
}

// Frames are put together across wraps of both clocks, and get the REMB that had come when they were captured.
func TestFrames(t *testing.T) {
	var c collector
	ticks := uint32(math.MaxUint32 - 1000) // of 90 kHz
	const stamps = 1<<24 - 262             // 1 ms before abs-send-time wraps
	send := func(at time.Duration, frame, sent int, first, key bool, bytes int) {
		c.add(browsercall.VideoPacket{
			At: at, RTPTimestamp: ticks + uint32(frame*3000), AbsSendTime: uint32(stamps+262*sent) & (1<<24 - 1),
			Payload: vp8(first, key, bytes),
		})
	}
	send(70*ms, 0, 0, true, true, 1000)
	send(79*ms, 0, 9, false, false, 500) // the bit means something in the first packet only
	send(110*ms, 1, 34, true, false, 700)
	send(141*ms, 2, 70, true, false, 300)
	send(143*ms, 2, 71, false, true, 300)
	send(180*ms, 3, 100, true, false, 100)

	rembs := []callrecord.Rate{{At: 5 * ms, Bps: 1e6}, {At: 60 * ms, Bps: 5e5}}
	frames, begin := c.finish(rembs, 50*ms)
	if len(frames) != 3 { // the last one may be incomplete
		t.Fatalf("%d frames", len(frames))
	}
	for i, want := range []frame{
		{targetBps: 1e6, bytes: 1500, key: true},
		{captured: time.Second / 30, targetBps: 1e6, bytes: 700},
		{captured: 2 * time.Second / 30, targetBps: 5e5, bytes: 600},
	} {
		got := frames[i]
		if (got.captured-want.captured).Abs() > time.Microsecond || got.targetBps != want.targetBps ||
			got.bytes != want.bytes || got.key != want.key {
			t.Errorf("frame %d: %+v", i, got)
		}
	}
	if span := frames[0].span(); (span - 9*ms).Abs() > 20*time.Microsecond {
		t.Errorf("sent within %v", span)
	}
	// The first frame was the quickest: on its way for 70 ms, 50 of which are the path's.
	if begin != 20*ms {
		t.Errorf("begins at %v", begin)
	}
	var out strings.Builder
	if err := writeFrames(&out, frames); err != nil {
		t.Fatal(err)
	}
	const want = "time_us,target_bps,bytes,key_frame\n0,1000000,1500,1\n33333,1000000,700,0\n66666,500000,600,0\n"
	if out.String() != want {
		t.Errorf("%s", &out)
	}
}

// steady are frames of a size, 30 a second, each sent as the packets given.
func steady(from, to time.Duration, target int64, bytes int) (frames []frame) {
	for at := from; at < to; at += time.Second / frameRate {
		frames = append(frames, frame{
			captured: at, targetBps: target, bytes: bytes, packets: []packet{{at, at, bytes / 2}, {at, at + ms, bytes - bytes/2}},
		})
	}
	return frames
}

func TestFigures(t *testing.T) {
	const s = time.Second
	// The encoder takes 200 ms down and 400 ms up.
	frames := append(steady(0, 10*s+200*ms, 1_200_000, 5000), steady(10*s+200*ms, 20*s+400*ms, 600_000, 2500)...)
	frames = append(frames, steady(20*s+400*ms, 30*s, 1_200_000, 4500)...)
	frames = append(frames[:100], frames[102:]...) // two are left out
	r := &callrecord.Recording{
		Duration: 30 * s,
		REMBs: []callrecord.Rate{
			{At: 0, Bps: 1.2e6}, {At: 5 * s, Bps: 1.2e6}, {At: 10 * s, Bps: 6e5}, {At: 20 * s, Bps: 1.2e6},
		},
	}
	for _, f := range frames {
		r.Sent = append(r.Sent, callrecord.Sent{At: f.captured, Bytes: f.bytes})
	}
	all := measure(frames, 0, r)
	if len(all) != 3 {
		t.Fatalf("%d REMBs", len(all))
	}
	first, down, up := all[0], all[1], all[2]
	if first.firstFits != -1 || first.skipped != 2 || first.targetBps != 1_200_000 || math.Abs(first.use-0.99) > 0.01 ||
		math.Abs(callrecord.Quantile(first.sizes, 0.5)-1) > 1e-9 ||
		callrecord.Quantile(first.intervals, 1) != 3*(s/frameRate) || callrecord.Quantile(first.spans, 0.95) != ms {
		t.Errorf("%+v", first)
	}
	// A packet that finds the link free does not wait; two frames fit into 0.9 of it.
	if callrecord.Quantile(first.queues, 1) != 0 || callrecord.Quantile(first.queues, 0) != 0 {
		t.Errorf("queues %v", first.queues)
	}
	within := func(got, want time.Duration) bool { return got >= want && got <= want+s/frameRate }
	if !within(down.firstFits, 200*ms) || !(down.followed < down.firstFits && down.followed > 0) || down.skipped != 0 {
		t.Errorf("%v, %v", down.firstFits, down.followed)
	}
	if !within(up.firstFits, 400*ms) || math.Abs(up.use-0.9) > 0.01 {
		t.Errorf("%v, %v, %v", up.firstFits, up.followed, up.use)
	}
}

// 6000 bytes at once take 48 ms of 1 Mbit/s: each packet of 1000 waits for those before it, and the next frame for none.
func TestQueues(t *testing.T) {
	var sent []callrecord.Sent
	for i := range 12 {
		sent = append(sent, callrecord.Sent{At: time.Duration(i/6) * 100 * ms, Bytes: 1000})
	}
	waits := queues(sent, 0, time.Second, 1e6)
	if len(waits) != 12 || waits[0] != 0 || waits[5] != 40*ms || waits[6] != 0 || waits[11] != 40*ms {
		t.Errorf("%v", waits)
	}
	if waits := queues(sent, 50*ms, time.Second, 1e6); len(waits) != 6 {
		t.Errorf("%v", waits)
	}
}

func TestBursts(t *testing.T) {
	frames := []frame{
		{packets: []packet{{sent: 0, bytes: 10}, {sent: 4 * ms, bytes: 10}}},
		{targetBps: 7, packets: []packet{{sent: 0, bytes: 10}, {sent: ms, bytes: 20}, {sent: 41 * ms, bytes: 40}}},
	}
	got := bursts(frames)
	if len(got) != 2 || got[0] != (burst{7, 30, 40 * ms}) || got[1] != (burst{7, 40, 0}) {
		t.Errorf("%+v", got)
	}
}

func TestFlags(t *testing.T) {
	o, err := parse(strings.Fields("--rates=1000,300 --step=5s --frames=even --out=x.csv"), nil)
	if err != nil || len(o.rates) != 2 || o.rates[1] != 300_000 || !o.even || o.out != "x.csv" {
		t.Errorf("%+v, %v", o, err)
	}
	run := o.run(nil, nil)
	if run.Duration != 10*time.Second || len(run.Steps) != 1 || run.Steps[0].At != 5*time.Second || !run.EvenFrames ||
		run.Call.MaxBitrate != 1_000_000 {
		t.Errorf("%+v", run)
	}
	for args, want := range map[string]string{
		"--rates=":     "--rates",
		"--rates=1M":   "--rates",
		"--rates=10":   "--rates",
		"--step=1s":    "--step",
		"--frames=odd": "--frames",
		"--out=":       "--out",
		"now":          "now",
	} {
		if _, err := parse(strings.Fields(args), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
	var out strings.Builder
	if _, err := parse([]string{"--help"}, &out); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), "--rates=RATES ") {
		t.Errorf("%v: %s", err, &out)
	}
}
