// Package report writes plots over time as one HTML file that needs nothing else: no network, no other file. The
// same page is written by cc/report.h for C++ programs.
package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Report is one page.
type Report struct {
	Title    string  `json:"title"`
	Subtitle string  `json:"subtitle"` // one line: what was run, and how
	Summary  []Fact  `json:"summary"`
	Charts   []Chart `json:"charts"` // above each other, on one time axis
}

// Fact is one number of the summary: {"Utilisation", "81", "%", "target: 60 % or more"}.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Unit  string `json:"unit,omitempty"`
	Note  string `json:"note,omitempty"` // small print below
}

// Chart is one plot.
type Chart struct {
	Title string `json:"title"`
	Note  string `json:"note,omitempty"` // a sentence on how to read it
	// Unit of the y axis. "bit/s" and "B" are shown with the prefix that suits the size: give plain bit/s.
	Unit   string `json:"unit"`
	Height int    `json:"height,omitempty"` // CSS pixels; 260 if 0
	// Linear squeezes the y axis like a logarithm beyond this value on both sides of 0, so that what is small can be
	// read beside peaks. 0: not squeezed.
	Linear float64  `json:"linear,omitempty"`
	Series []Series `json:"series"`
	Bands  []Band   `json:"bands"` // in the order of time, not overlapping
}

// Series is one line. Series of a chart that have the same label (say the two sides of a threshold) share a legend
// entry, which shows the values of the first.
type Series struct {
	Label string `json:"label"`
	Color Color  `json:"color"`
	Kind  Kind   `json:"kind"`
	X     Values `json:"x"` // seconds, ascending; all charts of a page count from the same moment
	Y     Values `json:"y"` // as many; NaN is a gap
}

// Color says what a series is; the page has a colour for it in light and dark, and a line style.
type Color string

// The colour roles.
const (
	Estimate  Color = "estimate"
	Incoming  Color = "incoming" // what is received; the area below is tinted
	Sent      Color = "sent"
	Remb      Color = "remb"
	Capacity  Color = "capacity"  // dashed
	Delay     Color = "delay"     // the area below is tinted
	Signal    Color = "signal"    // whatever is compared with a threshold
	Threshold Color = "threshold" // dashed
	Loss      Color = "loss"
	Muted     Color = "muted" // dotted
)

// Kind says how a series is drawn.
type Kind string

// The kinds.
const (
	Line   Kind = "line"
	Step   Kind = "step" // holds until the next point
	Points Kind = "points"
)

// Band is a stretch of time in a state of the detector: tinted in the plot, and shown in the strip above it.
type Band struct {
	From  float64 `json:"from"` // seconds
	To    float64 `json:"to"`
	State State   `json:"state"`
}

// State is one of the detector's.
type State string

// The states.
const (
	Normal     State = "normal"
	Underusing State = "underusing"
	Overusing  State = "overusing"
)

// Values are numbers of a series. In JSON they have nine digits, and what is not finite becomes null.
type Values []float64

// MarshalJSON implements json.Marshaler.
func (v Values) MarshalJSON() ([]byte, error) {
	out := make([]byte, 0, 2+12*len(v))
	out = append(out, '[')
	for i, value := range v {
		if i > 0 {
			out = append(out, ',')
		}
		if math.IsNaN(value) || math.IsInf(value, 0) {
			out = append(out, "null"...)
		} else {
			out = strconv.AppendFloat(out, value, 'g', 9, 64)
		}
	}
	return append(out, ']'), nil
}

//go:embed report.html
var page string

// StyleCSS is the page's style: the colours by role in light and dark, cards, legends and plots. Other pages of the
// project use it too, as they do what follows.
//
//go:embed report.css
var StyleCSS string

//go:embed report.js
var reportJS string

// UPlotCSS and UPlotJS are the charting library. The script defines the global uPlot.
var (
	//go:embed third_party/uplot/uPlot.min.css
	UPlotCSS string

	//go:embed third_party/uplot/uPlot.iife.min.js
	UPlotJS string

	//go:embed third_party/uplot/LICENSE
	UPlotLicense string
)

// Write writes the page.
func Write(w io.Writer, r Report) error {
	if err := r.complete(); err != nil {
		return err
	}
	data, err := json.Marshal(r) // escapes <, > and &: no string can end the script element it lies in
	if err != nil {
		return err
	}
	_, err = strings.NewReplacer(
		"{{report.css}}", StyleCSS,
		"{{report.js}}", reportJS,
		"{{uplot.css}}", UPlotCSS,
		"{{uplot.js}}", UPlotJS,
		"{{uplot.license}}", UPlotLicense,
		"{{data}}", string(data),
	).WriteString(w, page)
	return err
}

// complete checks what the page relies on, in a copy whose missing lists are empty ones.
func (r *Report) complete() error {
	r.Summary = append([]Fact{}, r.Summary...)
	r.Charts = append([]Chart{}, r.Charts...)
	for i := range r.Charts {
		chart := &r.Charts[i]
		chart.Series = append([]Series{}, chart.Series...)
		chart.Bands = append([]Band{}, chart.Bands...)
		for _, series := range chart.Series {
			if len(series.X) != len(series.Y) {
				return fmt.Errorf("report: chart %q, series %q: %d times for %d values", chart.Title, series.Label,
					len(series.X), len(series.Y))
			}
			for i, x := range series.X {
				if math.IsNaN(x) || math.IsInf(x, 0) || i > 0 && x < series.X[i-1] {
					return fmt.Errorf("report: chart %q, series %q: time %d is %v, which is not ascending", chart.Title,
						series.Label, i, x)
				}
			}
		}
		for _, band := range chart.Bands {
			if !(band.From <= band.To) || math.IsInf(band.From, 0) || math.IsInf(band.To, 0) {
				return fmt.Errorf("report: chart %q: a band from %v to %v", chart.Title, band.From, band.To)
			}
		}
	}
	return nil
}
