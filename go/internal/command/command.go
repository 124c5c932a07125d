// Package command is what programs have in common: how they read their command lines, and how they end.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Main has parse read the command line and run do what that says, until Ctrl-C or SIGTERM ends its context. It exits with
// status 2 if parse fails, 1 if run does; [flag.ErrHelp] is no failure.
func Main[O any](name string, parse func(args []string, out io.Writer) (O, error), run func(context.Context, O) error) {
	o, err := parse(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintf(os.Stderr, "%s: %v\nSee %[1]s --help.\n", name, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second Ctrl-C ends the program at once.
	context.AfterFunc(ctx, stop)
	if err := run(ctx, o); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Parse sets flags from arguments that are nothing but flags. Asked for help it writes usage, the flags and notes to out,
// and returns [flag.ErrHelp].
func Parse(flags *flag.FlagSet, args []string, out io.Writer, usage, notes string) error {
	flags.SetOutput(io.Discard) // errors are returned, and shown once
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		_, _ = io.WriteString(out, usage)
		printFlags(flags, out)
		_, _ = io.WriteString(out, notes)
		return err
	case err != nil:
		return err
	case flags.NArg() > 0:
		return fmt.Errorf("%q is not a flag, and there are no other arguments", flags.Arg(0))
	}
	return nil
}

// printFlags lists the flags with two dashes and aligned.
func printFlags(flags *flag.FlagSet, out io.Writer) {
	flags.VisitAll(func(f *flag.Flag) {
		value, help := flag.UnquoteUsage(f)
		left := "--" + f.Name
		if value != "" {
			left += "=" + value
		}
		if f.DefValue != "" && f.DefValue != "false" {
			help += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		_, _ = fmt.Fprintf(out, "  %-24s %s\n", left, help)
	})
}
