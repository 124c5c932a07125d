package chromium

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// start starts a browser, or skips the test without one.
func start(t *testing.T, config Config) *Browser {
	t.Helper()
	b, err := Start(t.Context(), config)
	if errors.Is(err, ErrNotFound) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

func TestPage(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<!doctype html><title>a page</title><script>console.log('hello', 7); null.x</script>"))
	}))
	defer server.Close()
	var mu sync.Mutex
	var lines []string
	b := start(t, Config{Log: func(line string) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, line)
	}})
	if !strings.Contains(b.UserAgent(), "Chrome/") {
		t.Errorf("user agent %q", b.UserAgent())
	}
	if err := b.Open(t.Context(), server.URL); err != nil {
		t.Fatal(err)
	}
	var title string
	if err := b.Evaluate(t.Context(), "Promise.resolve(document.title)", &title); err != nil || title != "a page" {
		t.Errorf("title %q, %v", title, err)
	}
	if err := b.WaitFor(t.Context(), "performance.now() > 100"); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := b.WaitFor(ctx, "false"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if err := b.Evaluate(t.Context(), "nothing.at.all", nil); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("%v", err)
	}
	if image, err := b.Screenshot(t.Context()); err != nil || !bytes.HasPrefix(image, []byte("\x89PNG")) {
		t.Errorf("%d bytes, %v", len(image), err)
	}
	mu.Lock()
	defer mu.Unlock()
	all := strings.Join(lines, "\n")
	for _, want := range []string{`console.log: "hello" 7`, "uncaught: ", "TypeError"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in %q", want, all)
		}
	}
}

func TestFakeCamera(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler()) // any page of localhost is a secure context
	defer server.Close()
	b := start(t, Config{FakeCamera: true})
	if err := b.Open(t.Context(), server.URL); err != nil {
		t.Fatal(err)
	}
	var tracks int
	const count = "navigator.mediaDevices.getUserMedia({audio: true, video: true}).then(s => s.getTracks().length)"
	if err := b.Evaluate(t.Context(), count, &tracks); err != nil || tracks != 2 {
		t.Errorf("%d tracks, %v", tracks, err)
	}
}

func TestClose(t *testing.T) {
	b := start(t, Config{})
	for range 2 {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := b.Evaluate(t.Context(), "1", nil); err == nil {
		t.Error("a closed browser answers")
	}
}

func TestEndsWithItsContext(t *testing.T) {
	if _, err := Path(); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	b, err := Start(ctx, Config{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestNotFound(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv(PathVariable, "")
	if _, err := Start(t.Context(), Config{}); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
	t.Setenv(PathVariable, "/no/such/browser")
	if _, err := Start(t.Context(), Config{}); err == nil || !strings.Contains(err.Error(), PathVariable) {
		t.Errorf("%v", err)
	}
}
