package main

import (
	"bufio"
	"fmt"
	"io"

	"github.com/libremb/libremb/go/internal/wholefile"
)

func writeFile(path string, frames []frame, write func(io.Writer, []frame) error) error {
	return wholefile.Write(path, func(out io.Writer) error { return write(out, frames) })
}

// writeFrames writes a line for each frame.
func writeFrames(out io.Writer, frames []frame) error {
	w := bufio.NewWriter(out)
	_, _ = fmt.Fprintln(w, "time_us,target_bps,bytes,key_frame") // Flush returns the error
	for _, f := range frames {
		key := 0
		if f.key {
			key = 1
		}
		_, _ = fmt.Fprintf(w, "%d,%d,%d,%d\n", f.captured.Microseconds(), f.targetBps, f.bytes, key)
	}
	return w.Flush()
}

// writePackets writes a line for each packet: both times in their own clock.
func writePackets(out io.Writer, frames []frame) error {
	w := bufio.NewWriter(out)
	_, _ = fmt.Fprintln(w, "frame_us,sent_us,arrival_us,bytes")
	for _, f := range frames {
		for _, p := range f.packets {
			_, _ = fmt.Fprintf(w, "%d,%d,%d,%d\n", f.captured.Microseconds(), p.sent.Microseconds(), p.at.Microseconds(),
				p.bytes)
		}
	}
	return w.Flush()
}
