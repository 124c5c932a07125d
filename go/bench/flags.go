package main

import (
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/libremb/libremb/go/internal/command"
)

// options is what the command line says.
type options struct {
	rounds int
	slice  time.Duration // of one measurement in a round

	load        bool
	connections int
	rate        int // packets/s of a connection
	duration    time.Duration

	procs       int
	json, check bool
}

const usage = `Usage: bench [flags]          what a packet costs
       bench --load [flags]   what many peer connections cost

The first prints a table: processor time, bytes and allocations a packet through an interceptor that is alone in its
registry, for this project's, for some of Pion's, and for none ("bare"), with a packet of 1200 bytes each 2 ms of the
test's own time. The time is that of the whole process: work on other goroutines counts, other programs' does not. All
figures are medians of rounds in which everything has its turn.

The second has many peer connections read in real time, by turns with and without the interceptor, and compares
processor time and the latency of Read.

Flags:
`

const notes = `
Exit status: 0; 1 if something failed, which with --check a figure beyond its limit does; 2 for a wrong command line.
`

// parse reads the command line. Help goes to out.
func parse(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.rounds, "rounds", 15, "`NUMBER` of rounds that the medians are of")
	flags.DurationVar(&o.slice, "slice", 40*time.Millisecond, "`TIME` that each figure is measured for in a round")
	flags.BoolVar(&o.load, "load", false, "many peer connections instead of the table")
	flags.IntVar(&o.connections, "connections", 1000, "`NUMBER` of peer connections of --load")
	flags.IntVar(&o.rate, "rate", 500, "packets/s of each of them, a `NUMBER`")
	flags.DurationVar(&o.duration, "duration", time.Minute, "`TIME` that --load measures, once with and once without")
	flags.IntVar(&o.procs, "procs", 0, "`NUMBER` of processors to use; 0: 2 with --load, else all")
	flags.BoolVar(&o.json, "json", false, "print the figures as JSON")
	flags.BoolVar(&o.check, "check", false, "fail if a figure is beyond its limit")
	if err := command.Parse(flags, args, out, usage, notes); err != nil {
		return o, err
	}
	if o.load && o.procs == 0 {
		o.procs = loadProcessors
	}
	return o, o.inRange()
}

func (o *options) inRange() error {
	for _, c := range []struct {
		flag               string
		value, least, most int
	}{
		{"rounds", o.rounds, 1, 10_000},
		{"connections", o.connections, 1, 100_000},
		{"rate", o.rate, packetsPerBurst, 100_000},
		{"procs", o.procs, 0, 1024},
	} {
		if c.value < c.least || c.value > c.most {
			return fmt.Errorf("--%s: %d is not within %d and %d", c.flag, c.value, c.least, c.most)
		}
	}
	if o.slice < time.Millisecond || o.slice > time.Minute {
		return fmt.Errorf("--slice: %v is not within 1ms and 1m", o.slice)
	}
	if o.duration < time.Second || o.duration > time.Hour {
		return fmt.Errorf("--duration: %v is not within 1s and 1h", o.duration)
	}
	return nil
}
