package main

import (
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/command"
)

// options is what the command line says.
type options struct {
	rates   []int // bit/s
	step    time.Duration
	even    bool // frames
	out     string
	packets string
}

// defaultRates begin with the highest: what a REMB of the first seconds allows is jumped to, and later steps up to it
// are taken at once. They step up by a third to twice, and down and up by more.
const defaultRates = "3000,300,600,1000,1500,2000,3000,1000,2000,500,2500"

const usage = `encodertrace has headless Chromium send video (VP8, 640x480, 30 frames/s of noise, at most 4 Mbit/s) over 50 ms each
way without bottleneck, while REMBs step through a list of rates. It writes a line for each frame, in order of
capture: time_us by the RTP timestamp, target_bps (the REMB in force), bytes (RTP payload), key_frame. Then it prints
how the frames were sized, spaced and paced, and how soon they followed. REMB_CHROMIUM names another browser.

Flags:
`

// parse reads the command line. Help goes to out.
func parse(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("encodertrace", flag.ContinueOnError)
	rates := flags.String("rates", defaultRates, "`RATES` that REMBs say, in kbit/s")
	flags.DurationVar(&o.step, "step", 20*time.Second, "`TIME` that each is said for")
	frames := flags.String("frames", browserrun.Uneven, "how the picture's `FRAMES` come: "+browserrun.Uneven+
		", 15 to 30 a second, or "+browserrun.Even+", 30 a second as of a camera")
	flags.StringVar(&o.out, "out", "encoder.csv", "`FILE` for the frames")
	flags.StringVar(&o.packets, "packets", "", "`FILE` for their packets too: when each was sent, by abs-send-time")
	if err := command.Parse(flags, args, out, usage, ""); err != nil {
		return o, err
	}
	for text := range strings.SplitSeq(*rates, ",") {
		kbps, err := strconv.Atoi(text)
		if err != nil || kbps < 50 || kbps > 10_000 {
			return o, fmt.Errorf("--rates: %q is not a number of kbit/s within 50 and 10000", text)
		}
		o.rates = append(o.rates, 1000*kbps)
	}
	if o.step < 5*time.Second || o.step > 5*time.Minute {
		return o, fmt.Errorf("--step: %v is not within 5s and 5m0s", o.step)
	}
	var err error
	if o.even, err = browserrun.ParseFrames(*frames); err != nil {
		return o, fmt.Errorf("--frames: %w", err)
	}
	if o.out == "" {
		return o, fmt.Errorf("--out: it needs a file")
	}
	return o, nil
}
