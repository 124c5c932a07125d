package browserdemo

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libremb/libremb/go/internal/chromium"
)

// The page in a real browser: it calls, its slider rules the rate, it calls again when the server is back, and its call
// ends when it is left.
func TestInChromium(t *testing.T) {
	var mu sync.Mutex
	var complaints []string
	browser, err := chromium.Start(t.Context(), chromium.Config{Log: func(line string) {
		mu.Lock()
		defer mu.Unlock()
		complaints = append(complaints, line)
	}})
	if errors.Is(err, chromium.ErrNotFound) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := browser.Close(); err != nil {
			t.Error(err)
		}
	}()
	wait := func(expression string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := browser.WaitFor(ctx, expression); err != nil {
			var state string
			const all = "JSON.stringify([rembDemo.state, rembDemo.error, rembDemo.sample, rembDemo.stats])"
			_ = browser.Evaluate(t.Context(), all, &state)
			t.Fatalf("%v: %s", err, state)
		}
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, testConfig) }()
	// A receiver that knows the capacity, so that nothing depends on estimates.
	const query = "/?source=generated&auto=1&remb=knowing&capacity_bps=1200000"
	if err := browser.Open(t.Context(), "http://"+address+query); err != nil {
		t.Fatal(err)
	}
	wait("rembDemo.state === 'live' && rembDemo.sample.capacity_bps === 1200000 && rembDemo.stats.sent_bps > 700000")

	const slide = `{
		const slider = document.getElementById("slider-capacity_bps");
		slider.value = 0;
		slider.dispatchEvent(new Event("input"));
	}`
	if err := browser.Evaluate(t.Context(), slide, nil); err != nil {
		t.Fatal(err)
	}
	wait("rembDemo.sample.capacity_bps === 100000 && rembDemo.stats.available_outgoing_bitrate_bps === 90000 && " +
		"rembDemo.stats.sent_bps < 200000")

	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	wait("rembDemo.state === 'lost' && !document.getElementById('notice').hidden")
	if listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	server := New(testConfig)
	web := httptest.NewUnstartedServer(server)
	_ = web.Listener.Close()
	web.Listener = listener
	web.Start()
	defer web.Close()
	defer func() { _ = server.Close() }()
	wait("rembDemo.state === 'live' && rembDemo.calls > 1 && rembDemo.sample.capacity_bps === 100000 && " +
		"document.getElementById('notice').hidden")
	var csv string
	if err := browser.Evaluate(t.Context(), "rembDemo.csv()", &csv); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(csv), "\n")
	first, last := strings.Split(lines[1], ","), strings.Split(lines[len(lines)-1], ",")
	if columns := strings.Count(lines[0], ",") + 1; len(first) != columns || len(last) != columns ||
		!strings.HasPrefix(lines[0], "time_s,call,capacity_bps,") || first[1] != "1" || last[1] < "2" || last[2] != "100000" {
		t.Errorf("CSV of %d lines:\n%s\n%s\n...\n%s", len(lines), lines[0], lines[1], lines[len(lines)-1])
	}

	if err := browser.Open(t.Context(), "about:blank"); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(3 * time.Second); server.Calls() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the page was left, and its call goes on")
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(complaints) > 0 {
		t.Errorf("the browser says\n%s", strings.Join(complaints, "\n"))
	}
}
