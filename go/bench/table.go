package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// medianRow is that of each figure for itself.
func medianRow(rounds []row) row {
	of := func(figure func(row) float64) float64 {
		values := make([]float64, len(rounds))
		for i, r := range rounds {
			values[i] = figure(r)
		}
		return median(values)
	}
	m := rounds[0]
	m.Ns = of(func(r row) float64 { return r.Ns })
	m.OverBare = of(func(r row) float64 { return r.OverBare })
	m.Bytes = of(func(r row) float64 { return r.Bytes })
	m.Allocations = of(func(r row) float64 { return r.Allocations })
	return m
}

// write prints the table.
func (c *cost) write(out io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "A packet's cost, median of %d rounds\n\n", c.Rounds)
	fmt.Fprintf(&text, "%-16s %11s %6s %9s %10s %9s %12s\n",
		"interceptor", "connections", "SSRCs", "ns", "over bare", "bytes", "allocations")
	for i, r := range c.Rows {
		if i > 0 && r.Interceptor == bare {
			text.WriteByte('\n')
		}
		fmt.Fprintf(&text, "%-16s %11d %6d %9.1f %10.1f %9.1f %12.2f\n", r.Interceptor, r.Connections, r.Streams,
			r.Ns, r.OverBare, r.Bytes, r.Allocations)
	}
	fmt.Fprintf(&text, "\nIn the same rounds: a trivial cgo call %.1f ns, time.Since %.1f ns, Estimator.OnPackets "+
		"%.1f ns a packet (%d at a time).\n", c.CgoCall, c.Clock, c.OnPackets, batch)
	fmt.Fprintf(&text, "The test's own clock takes %.1f ns longer than time.Since. That is left out of %s's rows.\n",
		c.TestClock, ours)
	_, err := io.WriteString(out, text.String())
	return err
}

// verdicts holds our rows against the goals.
func (c *cost) verdicts() (all []verdict) {
	limit := goalOverBare * c.CgoCall / goalCgoCall
	for i, r := range c.Rows {
		if r.Interceptor != ours {
			continue
		}
		where := fmt.Sprintf("%d connections, %d SSRCs", r.Connections, r.Streams)
		twcc := c.Rows[i+slices.IndexFunc(c.Rows[i:], func(r row) bool { return r.Interceptor == twccSender })]
		all = append(all,
			atMost(where+": ns over the bare reader, where a cgo call takes what it does here", r.OverBare, limit, "ns"),
			atMost(where+": share of the twcc sender's ns over the bare reader", r.OverBare/twcc.OverBare, goalShare, ""),
			atMost(where+": allocations a packet, REMBs included", r.Allocations, goalAllocations, ""),
		)
	}
	return all
}
