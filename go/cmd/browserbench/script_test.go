package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tools/browser-bench answers --help before it installs or builds anything, and names all cases and sources.
func TestScript(t *testing.T) {
	script, err := os.ReadFile("../../../tools/browser-bench")
	if err != nil {
		t.Skip("not in the source tree: ", err)
	}
	// A clone in which nothing is built and each tool only says that it was called.
	clone := t.TempDir()
	for name, text := range map[string]string{
		"tools/browser-bench": string(script),
		"tools/setup.sh":      "#!/bin/bash\necho setup >&2\n",
		"bin/bazel":           "#!/bin/bash\necho bazel $1 >&2\nexit 3\n",
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
		command := exec.Command(filepath.Join(clone, "tools/browser-bench"), args...)
		command.Env = []string{"PATH=" + clone + "/bin:/usr/bin:/bin"}
		command.Stdout, command.Stderr = &out, &errs
		err = command.Run()
		return out.String(), errs.String(), err
	}
	want := []string{"Usage: tools/browser-bench [flags]", strings.Join(caseNames(), ","), "libwebrtc,adaptive,knowing"}
	for _, args := range [][]string{{"--help"}, {"-h"}, {"--runs=2", "--help"}} {
		out, errs, err := call(args...)
		if err != nil || errs != "" {
			t.Errorf("%s: %v\n%s", args, err, errs)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: no %q in\n%s", args, w, out)
			}
		}
	}
	const built = "setup\nbrowser-bench: building; the first time takes a few minutes\nbazel build\n"
	if out, errs, err := call("--cases=start"); err == nil || out != "" || errs != built {
		t.Errorf("%v, %q, %q", err, out, errs)
	}
}
