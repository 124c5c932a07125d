package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/libremb/libremb/tools/report"
)

func write(t *testing.T, r report.Report) (page, data string) {
	t.Helper()
	var out bytes.Buffer
	if err := report.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	page = out.String()
	_, rest, found := strings.Cut(page, "<script type=\"application/json\" id=\"report\">\n")
	data, _, closed := strings.Cut(rest, "\n</script>")
	if !found || !closed {
		t.Fatal("the page has no data")
	}
	return page, data
}

func TestData(t *testing.T) {
	_, data := write(t, report.Report{
		Title:    "T </script> <!-- & µ",
		Subtitle: "S",
		Summary:  []report.Fact{{Label: "Rate", Value: "1.5", Unit: "Mbit/s", Note: "mean"}},
		Charts: []report.Chart{
			{
				Title: "Rate", Note: "N", Unit: "bit/s", Height: 300, Linear: 10,
				Series: []report.Series{
					{
						Label: "a", Color: report.Estimate, Kind: report.Step,
						X: report.Values{0, 0.5, 2.25}, Y: report.Values{1, math.NaN(), 1234567},
					},
					{Label: "b", Color: report.Muted, Kind: report.Points},
				},
				Bands: []report.Band{{From: 0, To: 1.5, State: report.Underusing}},
			},
			{},
		},
	})
	want := `{"title":"T \u003c/script\u003e \u003c!-- \u0026 µ","subtitle":"S",` +
		`"summary":[{"label":"Rate","value":"1.5","unit":"Mbit/s","note":"mean"}],` +
		`"charts":[{"title":"Rate","note":"N","unit":"bit/s","height":300,"linear":10,` +
		`"series":[{"label":"a","color":"estimate","kind":"step","x":[0,0.5,2.25],"y":[1,null,1234567]},` +
		`{"label":"b","color":"muted","kind":"points","x":[],"y":[]}],` +
		`"bands":[{"from":0,"to":1.5,"state":"underusing"}]},` +
		`{"title":"","unit":"","series":[],"bands":[]}]}`
	if data != want {
		t.Errorf("got\n%s\nwant\n%s", data, want)
	}
	if !json.Valid([]byte(data)) {
		t.Error("not valid JSON")
	}
}

func TestPageIsWhole(t *testing.T) {
	page, _ := write(t, report.Report{})
	for _, part := range []string{"uPlot=function", "MIT License", "default-src 'none'"} {
		if !strings.Contains(page, part) {
			t.Errorf("%q is missing", part)
		}
	}
	for _, loader := range []string{"{{", " src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest"} {
		if strings.Contains(page, loader) {
			t.Errorf("%q is there", loader)
		}
	}
}

func TestRules(t *testing.T) {
	with := func(series report.Series, bands ...report.Band) report.Report {
		return report.Report{Charts: []report.Chart{{Title: "C", Series: []report.Series{series}, Bands: bands}}}
	}
	for _, test := range []struct {
		report report.Report
		want   string
	}{
		{with(report.Series{X: report.Values{1, 1}, Y: report.Values{1, 2}}), ""},
		{with(report.Series{Label: "s", X: report.Values{1}}), `report: chart "C", series "s": 1 times for 0 values`},
		{
			with(report.Series{Label: "s", X: report.Values{1, 0}, Y: report.Values{1, 1}}),
			`report: chart "C", series "s": time 1 is 0, which is not ascending`,
		},
		{
			with(report.Series{Label: "s", X: report.Values{math.NaN()}, Y: report.Values{1}}),
			`report: chart "C", series "s": time 0 is NaN, which is not ascending`,
		},
		{with(report.Series{}, report.Band{From: 2, To: 1}), `report: chart "C": a band from 2 to 1`},
	} {
		var out bytes.Buffer
		got := ""
		if err := report.Write(&out, test.report); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
		if got != "" && out.Len() > 0 {
			t.Errorf("%s: something was written", got)
		}
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteError(t *testing.T) {
	if err := report.Write(full{}, report.Report{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

// Write leaves the caller's report as it is.
func TestNoChange(t *testing.T) {
	r := report.Report{Charts: []report.Chart{{}}}
	write(t, r)
	if r.Charts[0].Series != nil || r.Summary != nil {
		t.Error("changed")
	}
}
