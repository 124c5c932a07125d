package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tools/demo.sh answers --help before it installs or builds anything, and says so before it builds.
func TestScript(t *testing.T) {
	script, err := os.ReadFile("../../../tools/demo.sh")
	if err != nil {
		t.Skip("not in the source tree: ", err)
	}
	// A clone in which nothing is built and each tool only says that it was called.
	clone := t.TempDir()
	for name, text := range map[string]string{
		"tools/demo.sh":  string(script),
		"tools/setup.sh": "#!/bin/bash\necho setup >&2\n",
		"bin/bazel":      "#!/bin/bash\necho bazel $1 >&2\nexit 3\n",
	} {
		path := filepath.Join(clone, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	call := func(args ...string) (stdout, stderr string, err error) {
		var out, errs bytes.Buffer
		command := exec.Command(filepath.Join(clone, "tools/demo.sh"), args...)
		command.Env = []string{"PATH=" + clone + "/bin:/usr/bin:/bin"}
		command.Stdout, command.Stderr = &out, &errs
		err = command.Run()
		return out.String(), errs.String(), err
	}
	for _, args := range [][]string{{"--help"}, {"-h"}, {"--runs=2", "--help"}} {
		out, errs, err := call(args...)
		if err != nil || errs != "" || !strings.Contains(out, "Usage: tools/demo.sh [flags]") || !strings.Contains(out, "--check") {
			t.Errorf("%s: %v\n%s%s", args, err, out, errs)
		}
	}
	const want = "setup\ndemo.sh: building; the first time takes a few minutes\nbazel build\n"
	if out, errs, err := call("--json"); err == nil || out != "" || errs != want {
		t.Errorf("%v, %q, %q", err, out, errs)
	}
}
