//go:build cgo

package rembprometheus_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/libremb/libremb/go/remb"
	"github.com/libremb/libremb/go/rembprometheus"
)

// newEstimator returns an estimator that has counted one packet.
func newEstimator(t *testing.T) *remb.Estimator {
	t.Helper()
	e, err := remb.NewEstimator()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	if _, err := e.OnPacket(remb.Packet{SSRC: 1, Arrival: time.Now(), PayloadSize: 1000}); err != nil {
		t.Fatal(err)
	}
	return e
}

func names(set *rembprometheus.Set) (names []string) {
	for name := range set.Estimators() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestAddTwice(t *testing.T) {
	set, e, other := &rembprometheus.Set{}, newEstimator(t), newEstimator(t)
	for _, name := range []string{"a", "a", "b", "b"} {
		set.Add(name, e)
		if got, totals := names(set), set.Totals(); !slices.Equal(got, []string{name}) || totals.Packets != 1 ||
			totals.Estimators != 1 || e.Stats().Closed {
			t.Errorf("added as %s: %q, %+v, closed: %v", name, got, totals, e.Stats().Closed)
		}
	}
	set.Add("a", other)
	set.Remove("a")
	set.Add("a", other) // which is closed
	if got, totals := names(set), set.Totals(); !slices.Equal(got, []string{"b"}) || totals.Packets != 2 ||
		totals.Estimators != 2 || !other.Stats().Closed || e.Stats().Closed {
		t.Errorf("%q, %+v", got, totals)
	}
	third := newEstimator(t)
	set.Add("c", third)
	set.Add("b", third) // in place of e
	set.Add("c", newEstimator(t))
	if got, totals := names(set), set.Totals(); !slices.Equal(got, []string{"b", "c"}) || totals.Packets != 4 ||
		!e.Stats().Closed || third.Stats().Closed {
		t.Errorf("%q, %+v", got, totals)
	}
}

// TestClosedBehindItsBack has an estimator closed without Set.Remove: it is no open peer connection any more.
func TestClosedBehindItsBack(t *testing.T) {
	set, e := &rembprometheus.Set{}, newEstimator(t)
	set.Add("a", e)
	_ = e.Close()
	got := gather(t, rembprometheus.NewCollector(set, rembprometheus.WithPeerConnections()))
	expect(t, "closed", got, map[string]float64{
		`remb_peer_connections{state="silent"}`: 0, `remb_peer_connections{state="normal"}`: 0,
		"remb_received_packets_total": 1,
	})
	for name := range got {
		if strings.Contains(name, "{peer_connection=") {
			t.Errorf("%s is left", name)
		}
	}
}

// TestNamesOfAnyBytes has names that are no text.
func TestNamesOfAnyBytes(t *testing.T) {
	set := &rembprometheus.Set{}
	for _, name := range []string{"\xff", "\xfe", "Zoë", ""} {
		set.Add(name, newEstimator(t))
	}
	got := gather(t, rembprometheus.NewCollector(set, rembprometheus.WithPeerConnections(), nil))
	expect(t, "any bytes", got, map[string]float64{
		`remb_peer_connection_streams{peer_connection="\"\\xff\""}`: 1,
		`remb_peer_connection_streams{peer_connection="\"\\xfe\""}`: 1,
		`remb_peer_connection_streams{peer_connection="Zoë"}`:       1,
		`remb_peer_connection_streams{peer_connection=""}`:          1,
	})
}

// TestNil has what can only be a mistake be called so at once.
func TestNil(t *testing.T) {
	for what, f := range map[string]func(){
		"Set.Add":      func() { (&rembprometheus.Set{}).Add("a", nil) },
		"NewCollector": func() { rembprometheus.NewCollector(nil) },
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.Contains(text, what) {
					t.Errorf("%s: %q", what, text)
				}
			}()
			f()
		}()
	}
}
