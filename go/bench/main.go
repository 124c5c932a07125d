// Command bench measures what the interceptor of package remb costs, next to Pion's own. Its flag --help says more.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/libremb/libremb/go/internal/command"
)

func main() {
	command.Main(filepath.Base(os.Args[0]), parse, func(ctx context.Context, o options) error {
		return run(ctx, o, os.Stdout)
	})
}

// result is what either kind of run answers with.
type result interface {
	write(out io.Writer) error
	verdicts() []verdict
}

// verdict holds a figure against what it has to be.
type verdict struct {
	What   string
	Figure float64
	Limit  float64 // the most that the figure may be
	Unit   string
	OK     bool
}

func atMost(what string, figure, limit float64, unit string) verdict {
	return verdict{what, figure, limit, unit, figure <= limit}
}

// run measures and prints.
func run(ctx context.Context, o options, out io.Writer) error {
	if o.procs > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(o.procs))
	}
	var r result
	var err error
	if o.load {
		r, err = measureLoad(ctx, o)
	} else {
		r, err = measureCost(ctx, o)
	}
	if err != nil {
		return err
	}
	all := r.verdicts()
	if o.json {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(map[string]any{
			"go": runtime.Version(), "processors": runtime.GOMAXPROCS(0), "figures": r, "verdicts": all,
		})
	} else {
		err = errors.Join(writeMachine(out), r.write(out), writeVerdicts(out, all))
	}
	if err == nil && o.check {
		for _, v := range all {
			if !v.OK {
				return fmt.Errorf("check: missed: %s", v.What)
			}
		}
	}
	return err
}

func writeMachine(out io.Writer) error {
	_, err := fmt.Fprintf(out, "%s %s/%s, %d processors\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH,
		runtime.GOMAXPROCS(0))
	return err
}

func writeVerdicts(out io.Writer, all []verdict) error {
	text := "\n"
	for _, v := range all {
		word := "ok    "
		if !v.OK {
			word = "MISSED"
		}
		text += fmt.Sprintf("%s  %s: %.4g, at most %.4g %s\n", word, v.What, v.Figure, v.Limit, v.Unit)
	}
	_, err := io.WriteString(out, text)
	return err
}
