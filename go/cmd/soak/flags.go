package main

import (
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/libremb/libremb/go/internal/command"
	"github.com/libremb/libremb/go/remb"
)

// options is what the command line says.
type options struct {
	duration    time.Duration
	every       time.Duration // from one reading to the next
	connections int
	lifetime    time.Duration // mean
	profile     remb.Profile
	seed        uint64
}

const usage = `Usage: soak [flags]

Keeps a number of peer connections open in this process: Pion senders with synthetic video that obeys REMB, at 60 to
180 kbit/s, and as many receivers that one factory of package remb serves. Each lives for a random time. Then it is
closed, by its sender, its receiver or both at once, in one case of eight while it is still connecting, and another one
takes its place.

A line a reading tells what the process holds: resident memory, live Go heap, goroutines, estimators of the C library
that are open, file descriptors; and the packets counted and REMBs sent so far.

A figure is flat if the straight line that fits it best over the second half of the run rises by 5 % of its mean at most,
and its mean over the last quarter is at most 10 % above that over the second quarter. All have to be but the heap, which
goes up and down with the age of the calls. When all is closed, goroutines and file descriptors have to be as many as
before the first connection, no estimator may be open, and the heap may be 2 MB larger.

Flags:
`

const notes = `
Exit status: 0 if all is flat and given back; 1 if not, or if a call failed; 2 for a wrong command line.
`

// parse reads the command line. Help goes to out.
func parse(args []string, out io.Writer) (options, error) {
	o := options{}
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.DurationVar(&o.duration, "duration", 20*time.Minute, "`TIME` to go on for")
	flags.DurationVar(&o.every, "every", 10*time.Second, "`TIME` from one reading to the next")
	flags.IntVar(&o.connections, "connections", 50, "`NUMBER` of peer connections at a time")
	flags.DurationVar(&o.lifetime, "lifetime", 20*time.Second, "mean `TIME` that each is open")
	flags.Uint64Var(&o.seed, "seed", 1, "`NUMBER` that lifetimes and ways to end come from")
	profile := flags.String("profile", remb.ProfileAdaptive.String(), "the receivers' `PROFILE`: adaptive or libwebrtc")
	if err := command.Parse(flags, args, out, usage, notes); err != nil {
		return o, err
	}
	switch *profile {
	case remb.ProfileAdaptive.String():
		o.profile = remb.ProfileAdaptive
	case remb.ProfileLibwebrtc.String():
		o.profile = remb.ProfileLibwebrtc
	default:
		return o, fmt.Errorf("--profile: there is no %q", *profile)
	}
	return o, o.inRange()
}

func (o *options) inRange() error {
	switch {
	case o.connections < 1 || o.connections > 1000:
		return fmt.Errorf("--connections: %d is not within 1 and 1000", o.connections)
	case o.lifetime < 100*time.Millisecond || o.lifetime > time.Hour:
		return fmt.Errorf("--lifetime: %v is not within 100ms and 1h", o.lifetime)
	case o.every < 100*time.Millisecond:
		return fmt.Errorf("--every: %v is below 100ms", o.every)
	case o.duration < leastReadings*o.every:
		return fmt.Errorf("--duration: %v is less than %d readings, one each %v", o.duration, leastReadings, o.every)
	}
	return nil
}
