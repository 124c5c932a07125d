// Package callview shows a call to people: line by line while it runs, as a summary, and as a page with
// plots.
package callview

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/libremb/libremb/go/internal/callrecord"
	"github.com/libremb/libremb/go/internal/democall"
)

// barWidth is that of the bar of a line, in characters.
const barWidth = 24

// slowQueue is a queueing delay that is worth a colour.
const slowQueue = 100 * time.Millisecond

// Table writes a line for each second of a call.
type Table struct {
	Out   io.Writer
	Color bool
	// Scale is the rate that fills the bar at the end of a line. 0: no bar.
	Scale float64

	capacity float64
}

// Header writes the headings.
func (t *Table) Header() error {
	_, err := fmt.Fprintf(t.Out, "%s\n", t.paint(bold,
		"   s  capacity    sent  received  estimate    REMB    queue  state       (Mbit/s; queue: p95)"))
	return err
}

// Line writes a line.
func (t *Table) Line(s democall.Second) error {
	capacity := fmt.Sprintf("%8s", mbit(s.Capacity))
	if t.capacity != 0 && t.capacity != s.Capacity {
		capacity = t.paint(bold, capacity)
	}
	t.capacity = s.Capacity
	queue := fmt.Sprintf("%5.0f ms", callrecord.Milliseconds(s.Queue))
	if s.Queue > slowQueue {
		queue = t.paint(yellow, queue)
	}
	state := fmt.Sprintf("%-8s", s.State)
	switch s.State {
	case callrecord.Overusing:
		state = t.paint(red, state)
	case callrecord.Underusing:
		state = t.paint(blue, state)
	}
	remark := ""
	if s.Dropped > 0 {
		remark = t.paint(red, fmt.Sprintf(" %d dropped", s.Dropped))
	}
	line := fmt.Sprintf("%4.0f  %s%8s  %8s  %8s%8s %s  %s  %s%s", s.At.Seconds(), capacity, mbit(s.Sent),
		mbit(s.Received), mbit(s.Estimate), mbit(s.REMB), queue, state, t.bar(s), remark)
	_, err := fmt.Fprintln(t.Out, strings.TrimRight(line, " "))
	return err
}

// bar draws the received rate, and a mark where the capacity is.
func (t *Table) bar(s democall.Second) string {
	if t.Scale <= 0 {
		return ""
	}
	eighths := int(min(1, s.Received/t.Scale)*barWidth*8 + 0.5)
	mark := min(barWidth-1, int(s.Capacity/t.Scale*barWidth))
	var filled, b strings.Builder
	for i := range barWidth {
		cell := " "
		switch rest := eighths - 8*i; {
		case rest >= 8:
			cell = "█"
		case rest > 0:
			cell = string([]rune(" ▏▎▍▌▋▊▉")[rest])
		case i == mark:
			cell = "│"
		}
		if filled.Len() > 0 && cell == " " || cell == "│" {
			b.WriteString(t.paint(green, filled.String()))
			filled.Reset()
		}
		if cell == " " || cell == "│" {
			b.WriteString(cell)
		} else {
			filled.WriteString(cell)
		}
	}
	if filled.Len() > 0 {
		b.WriteString(t.paint(green, filled.String()))
	}
	return b.String()
}

// What a terminal understands.
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
	blue   = "34"
)

func (t *Table) paint(code, text string) string {
	if !t.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// mbit writes a rate in Mbit/s; a dash if there is none.
func mbit(bps float64) string {
	if bps == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", bps/1e6)
}
