// Command encodertrace records what a real browser's encoder makes of targets that change: headless Chromium sends
// video over a path without bottleneck, and REMBs step through a list of rates. It writes a line for each frame, and
// prints how frames are sized, spaced and paced, and how soon they follow. Its flag --help says more.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/libremb/libremb/go/internal/browsercall"
	"github.com/libremb/libremb/go/internal/browserrun"
	"github.com/libremb/libremb/go/internal/chromium"
	"github.com/libremb/libremb/go/internal/command"
)

const (
	// delay each way, as in the browser bench.
	delay = 50 * time.Millisecond
	// sourceMax is what the page is told to send at most, in bit/s.
	sourceMax = 4_000_000
	// frameRate is the page's, in frames a second.
	frameRate = 30
)

func main() {
	command.Main("encodertrace", parse, func(ctx context.Context, o options) error {
		return run(ctx, o, os.Stdout, os.Stderr)
	})
}

// run makes the call, writes the frames and prints the figures to out and the progress to progress.
func run(ctx context.Context, o options, out, progress io.Writer) (err error) {
	browser, err := chromium.Start(context.WithoutCancel(ctx), chromium.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, browser.Close()) }()
	var c collector
	result, err := browserrun.Do(ctx, browser, o.run(c.add, progress))
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	frames, begin := c.finish(result.Recording.REMBs, delay)
	if len(frames) == 0 {
		return errors.New("no frame came")
	}
	if err := writeFile(o.out, frames, writeFrames); err != nil {
		return err
	}
	if o.packets != "" {
		if err := writeFile(o.packets, frames, writePackets); err != nil {
			return err
		}
	}
	return printFigures(out, browser.UserAgent(), measure(frames, begin, result.Recording), frames)
}

// run is the call to make: REMBs that say a rate for each step.
func (o options) run(onVideo func(browsercall.VideoPacket), progress io.Writer) browserrun.Run {
	r := browserrun.Run{
		Call: browsercall.Config{
			Link: browsercall.Link{Delay: delay}, MaxBitrate: o.rates[0], SourceMax: sourceMax, OnVideo: onVideo,
			Source: browsercall.REMBSource{Kind: browsercall.SourceKnowing},
		},
		Duration: time.Duration(len(o.rates)) * o.step, EvenFrames: o.even,
		OnSecond: func(at time.Duration, s browsercall.Sample) {
			if at%(10*time.Second) == 0 {
				_, _ = fmt.Fprintf(progress, "%3.0f s  REMB %4d  sent %4.0f  available %4.0f  target %4.0f kbit/s  %2.0f frames/s of %d x %d\n",
					at.Seconds(), s.REMB/1000, s.SentRate/1000, s.Browser.AvailableOutgoingBitrate/1000,
					s.Browser.TargetBitrate/1000, s.Browser.FramesPerSecond, s.Browser.FrameWidth, s.Browser.FrameHeight)
			}
		},
	}
	for i, bps := range o.rates[1:] {
		r.Steps = append(r.Steps, browserrun.MaxBitrate(time.Duration(i+1)*o.step, bps))
	}
	return r
}
