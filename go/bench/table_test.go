package main

import (
	"strings"
	"testing"
)

// The limits depend on what else was measured.
func TestVerdicts(t *testing.T) {
	c := &cost{CgoCall: 60, Rows: []row{
		{Interceptor: bare, Connections: 1, Streams: 1},
		{Interceptor: ours, Connections: 1, Streams: 1, OverBare: 215, Allocations: 0.01},
		{Interceptor: twccSender, Connections: 1, Streams: 1, OverBare: 1290},
		{Interceptor: bare, Connections: 8, Streams: 1},
		{Interceptor: ours, Connections: 8, Streams: 1, OverBare: 225, Allocations: 1},
		{Interceptor: twccSender, Connections: 8, Streams: 1, OverBare: 1290},
	}}
	var got []bool
	for _, v := range c.verdicts() {
		got = append(got, v.OK)
	}
	want := []bool{true, true, true, false, false, false}
	if len(got) != len(want) {
		t.Fatalf("%+v", c.verdicts())
	}
	for i, v := range c.verdicts() {
		if v.OK != want[i] {
			t.Errorf("%+v", v)
		}
	}
	var out strings.Builder
	if err := writeVerdicts(&out, c.verdicts()); err != nil || strings.Count(out.String(), "MISSED") != 3 {
		t.Errorf("%v\n%s", err, &out)
	}
}

func TestMedianRow(t *testing.T) {
	m := medianRow([]row{
		{Interceptor: ours, Ns: 3, OverBare: 30, Bytes: 7}, {Interceptor: ours, Ns: 1, OverBare: 50, Bytes: 7},
		{Interceptor: ours, Ns: 900, OverBare: 40, Bytes: 7},
	})
	if m.Interceptor != ours || m.Ns != 3 || m.OverBare != 40 || m.Bytes != 7 {
		t.Errorf("%+v", m)
	}
}
