//go:build cgo

package rembprometheus_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembprometheus"
)

// dashboard has what the tests look at.
type dashboard struct {
	Panels []struct {
		ID                       int
		Type, Title, Description string
		GridPos                  struct{ H, W, X, Y int }
		FieldConfig              struct{ Defaults struct{ Unit string } }
		Datasource               struct{ Type, UID string }
		Targets                  []struct{ Expr, RefID string }
	}
	Templating struct {
		List []struct{ Name, Type, Definition string }
	}
}

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	text, err := os.ReadFile("grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// metric is a name that queries may use.
type metric struct {
	labels  []string
	counter bool // falls to 0 when the program starts anew, so that only its rate makes sense
}

// allMetrics are those that a scrape of peer connections of both profiles brings, link capacity and all.
func allMetrics(t *testing.T) map[string]metric {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(rembprometheus.NewCollector(overusedSource(t), rembprometheus.WithPeerConnections()))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	metrics := map[string]metric{}
	for _, family := range families {
		var m metric
		for _, label := range family.GetMetric()[0].GetLabel() {
			m.labels = append(m.labels, label.GetName())
		}
		m.counter = family.GetMetric()[0].GetGauge() == nil
		if family.GetMetric()[0].GetHistogram() == nil {
			metrics[family.GetName()] = m
			continue
		}
		metrics[family.GetName()+"_sum"], metrics[family.GetName()+"_count"] = m, m
		m.labels = append(m.labels, "le")
		metrics[family.GetName()+"_bucket"] = m
	}
	return metrics
}

// overusedSource has an estimator of each profile that knows its link's capacity: a queue has grown before it.
func overusedSource(t *testing.T) rembprometheus.Source {
	t.Helper()
	set := &rembprometheus.Set{}
	for _, profile := range []remb.Profile{remb.ProfileAdaptive, remb.ProfileLibwebrtc} {
		e, err := remb.NewEstimator(remb.WithProfile(profile))
		if err != nil {
			t.Fatal(err)
		}
		set.Add(profile.String(), e)
		t.Cleanup(func() { set.Remove(profile.String()) })
		overuse(t, e)
	}
	return set
}

func overuse(t *testing.T, e *remb.Estimator) {
	t.Helper()
	start, delay := time.Now(), time.Duration(0)
	for n := range 3000 {
		if n > 2000 {
			delay += time.Millisecond
		}
		sent := time.Duration(n) * 5 * time.Millisecond
		if _, err := e.OnPacket(remb.Packet{
			SSRC: 1, Stamps: remb.StampAbsSendTime, AbsSendTime: uint32(sent<<18/time.Second) & (1<<24 - 1),
			Arrival: start.Add(sent + delay), PayloadSize: 1000,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if e.Stats().LinkCapacity == 0 {
		t.Fatal("no over-use")
	}
}

var (
	// selector is a metric, its label matchers and its range.
	selector = regexp.MustCompile(`(remb\w*)(?:\{([^}]*)\})?(\[\$__rate_interval\])?`)
	matcher  = regexp.MustCompile(`(\w+)(?:=~|!~|!=|=)"[^"]*"(?:, *|$)`)
	grouping = regexp.MustCompile(`\bby \(([^)]*)\)`)
	// rest is what an expression may have besides.
	rest = regexp.MustCompile(
		`^(sum|rate|increase|histogram_quantile|clamp_min|label_values|peer_connection|job|instance|[0-9.]+|[-+*/(), ])*$`)
)

// check parses an expression, as far as this dashboard goes, and returns the metrics it uses.
func check(t *testing.T, metrics map[string]metric, expression string) (used []string) {
	t.Helper()
	known := []string{"job", "instance"}
	for _, s := range selector.FindAllStringSubmatchIndex(expression, -1) {
		part := func(n int) string {
			if s[2*n] < 0 {
				return ""
			}
			return expression[s[2*n]:s[2*n+1]]
		}
		m, ok := metrics[part(1)]
		if !ok {
			t.Errorf("there is no %s", part(1))
			continue
		}
		used = append(used, part(1))
		known = append(known, m.labels...)
		if matcher.ReplaceAllString(part(2), "") != "" {
			t.Errorf("cannot read {%s}", part(2))
		}
		for _, l := range matcher.FindAllStringSubmatch(part(2), -1) {
			if !slices.Contains(known, l[1]) {
				t.Errorf("%s has no label %s", part(1), l[1])
			}
		}
		before := expression[:s[0]]
		rated := part(3) != "" && (strings.HasSuffix(before, "rate(") || strings.HasSuffix(before, "increase("))
		if rated != m.counter {
			t.Errorf("%s: rate taken: %v, counter: %v", part(1), rated, m.counter)
		}
	}
	for _, g := range grouping.FindAllStringSubmatch(expression, -1) {
		if !slices.Contains(known, g[1]) {
			t.Errorf("there is no label %s", g[1])
		}
	}
	left := grouping.ReplaceAllString(selector.ReplaceAllString(expression, ""), "")
	if !rest.MatchString(left) || strings.Count(left, "(") != strings.Count(left, ")") {
		t.Errorf("cannot read what is left: %s", left)
	}
	return used
}

// TestDashboardQueries has each query use metrics that there are, and each metric be used.
func TestDashboardQueries(t *testing.T) {
	metrics, used := allMetrics(t), map[string]bool{}
	d := readDashboard(t)
	for _, panel := range d.Panels {
		for _, target := range panel.Targets {
			t.Run(panel.Title+" "+target.RefID, func(t *testing.T) {
				names := check(t, metrics, target.Expr)
				for _, name := range names {
					used[name] = true
				}
				if inBits := panel.FieldConfig.Defaults.Unit == "bps"; inBits != strings.HasSuffix(target.Expr, " * 8") {
					t.Errorf("%s is shown in %s", target.Expr, panel.FieldConfig.Defaults.Unit)
				}
			})
		}
	}
	for _, variable := range d.Templating.List {
		if variable.Type == "query" {
			t.Run("$"+variable.Name, func(t *testing.T) { check(t, metrics, variable.Definition) })
		}
	}
	for name := range metrics {
		if !used[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
}

// TestDashboardPanels holds what makes it importable and readable.
func TestDashboardPanels(t *testing.T) {
	d := readDashboard(t)
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, panel := range d.Panels {
		if ids[panel.ID] {
			t.Errorf("%s: the id is not its own", panel.Title)
		}
		ids[panel.ID] = true
		for x := range panel.GridPos.W {
			for y := range panel.GridPos.H {
				at := [2]int{panel.GridPos.X + x, panel.GridPos.Y + y}
				if taken[at] != "" || at[0] >= 24 {
					t.Fatalf("%s lies over %s or beyond the edge", panel.Title, taken[at])
				}
				taken[at] = panel.Title
			}
		}
		if panel.Type == "row" {
			continue
		}
		if panel.Title == "" || panel.Description == "" || panel.FieldConfig.Defaults.Unit == "" ||
			len(panel.Targets) == 0 || panel.Datasource.UID != "${datasource}" {
			t.Errorf("something is missing of %+v", panel)
		}
	}
	if list := d.Templating.List; len(list) == 0 || list[0].Type != "datasource" || list[0].Name != "datasource" {
		t.Errorf("the first variable is not the data source")
	}
}
