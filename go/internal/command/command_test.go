package command

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestMain makes this program one whose command line has a flag --do.
func TestMain(m *testing.M) {
	if os.Getenv("COMMAND_RUNS") == "" {
		os.Exit(m.Run())
	}
	Main("name", parse, func(ctx context.Context, do string) error {
		switch do {
		case "fail":
			return errors.New("failed")
		case "wait":
			if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
				return err
			}
			<-ctx.Done()
		}
		return nil
	})
}

func parse(args []string, out io.Writer) (do string, err error) {
	flags := flag.NewFlagSet("name", flag.ContinueOnError)
	flags.StringVar(&do, "do", "nothing", "what to do, a `WORD`")
	flags.Bool("quiet", false, "say nothing")
	return do, Parse(flags, args, out, "usage\n", "notes\n")
}

func TestMainExits(t *testing.T) {
	const help = "usage\n  --do=WORD                what to do, a WORD (default nothing)\n" +
		"  --quiet                  say nothing\nnotes\n"
	for _, c := range []struct {
		args, out, err string
		status         int
	}{
		{"", "", "", 0},
		{"--do=wait", "", "", 0},
		{"--do=fail", "", "name: failed\n", 1},
		{"--help", help, "", 0},
		{"--what", "", "name: flag provided but not defined: -what\nSee name --help.\n", 2},
		{"--quiet now", "", "name: \"now\" is not a flag, and there are no other arguments\nSee name --help.\n", 2},
	} {
		program := exec.Command(os.Args[0], strings.Fields(c.args)...)
		program.Env = append(os.Environ(), "COMMAND_RUNS=1")
		var out, err bytes.Buffer
		program.Stdout, program.Stderr = &out, &err
		_ = program.Run() // the status says more
		if out.String() != c.out || err.String() != c.err || program.ProcessState.ExitCode() != c.status {
			t.Errorf("%s: %v, %q, %q", c.args, program.ProcessState, &out, &err)
		}
	}
}
