package wholefile

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const size = 1 << 20

// TestMain makes this program the one that TestKilled kills: it writes one file over and over, each time all of one byte.
func TestMain(m *testing.M) {
	path := os.Getenv("WHOLEFILE_WRITES")
	if path == "" {
		os.Exit(m.Run())
	}
	for i := 0; ; i++ {
		if err := Write(path, fill(byte('a'+i%26))); err != nil {
			panic(err)
		}
	}
}

// fill writes in many small pieces.
func fill(b byte) func(io.Writer) error {
	return func(out io.Writer) error {
		piece := bytes.Repeat([]byte{b}, size/256)
		for range 256 {
			if _, err := out.Write(piece); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	for range 40 {
		before, _ := os.Stat(path)
		writer := exec.Command(os.Args[0])
		writer.Env = append(os.Environ(), "WHOLEFILE_WRITES="+path)
		if err := writer.Start(); err != nil {
			t.Fatal(err)
		}
		for {
			if now, err := os.Stat(path); err == nil && !os.SameFile(before, now) {
				break // it has begun
			}
			time.Sleep(time.Millisecond)
		}
		time.Sleep(rand.N(10 * time.Millisecond))
		_ = writer.Process.Kill()
		_ = writer.Wait()
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != size || bytes.Count(got, got[:1]) != size {
			t.Fatalf("%d bytes, %d of them like the first, instead of %d", len(got), bytes.Count(got, got[:1]), size)
		}
	}
}

// names lists a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestFailureLeavesWhatWas(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "out")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := Write(path, func(out io.Writer) error {
		_, _ = io.WriteString(out, "half")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("%q", got)
	}
	if got := names(t, folder); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
	if err := Write(filepath.Join(folder, "none", "out"), fill('a')); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestPermissionsStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, fill('a')); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestLinkAndDevice(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "out"), filepath.Join(folder, "link")
	if err := errors.Join(os.WriteFile(path, []byte("old"), 0o600), os.Symlink("out", link)); err != nil {
		t.Fatal(err)
	}
	if err := Write(link, fill('b')); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if got, _ := os.ReadFile(path); len(got) != size {
		t.Errorf("%d bytes", len(got))
	}
	if err := Write("/dev/null", fill('c')); err != nil {
		t.Error(err)
	}
	if err := Write("/dev/full", fill('c')); err == nil {
		t.Error("a full disk is no error")
	}
}
