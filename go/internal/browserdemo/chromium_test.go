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

// page is a browser that shows the page.
type page struct {
	*chromium.Browser

	mu         sync.Mutex
	complaints []string
}

// startPage starts a browser, which must have nothing to complain of at the test's end.
func startPage(t *testing.T) *page {
	t.Helper()
	p := &page{}
	browser, err := chromium.Start(t.Context(), chromium.Config{Log: func(line string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.complaints = append(p.complaints, line)
	}})
	if errors.Is(err, chromium.ErrNotFound) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	p.Browser = browser
	t.Cleanup(func() {
		if err := browser.Close(); err != nil {
			t.Error(err)
		}
		if len(p.complaints) > 0 {
			t.Errorf("the browser says\n%s", strings.Join(p.complaints, "\n"))
		}
	})
	return p
}

// wait waits for an expression to become true.
func (p *page) wait(t *testing.T, expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := p.WaitFor(ctx, expression); err != nil {
		var state string
		const all = "JSON.stringify([rembDemo.state, rembDemo.error, rembDemo.sample, rembDemo.stats])"
		_ = p.Evaluate(t.Context(), all, &state)
		t.Fatalf("%v: %s", err, state)
	}
}

// The page in a real browser: it calls, its slider rules the rate, it calls again when the server is back, and its call
// ends when it is left.
func TestInChromium(t *testing.T) {
	browser := startPage(t)
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
	browser.wait(t, "rembDemo.state === 'live' && rembDemo.sample.capacity_bps === 1200000 && "+
		"rembDemo.stats.sent_bps > 700000")

	const slide = `{
		const slider = document.getElementById("slider-capacity_bps");
		slider.value = 0;
		slider.dispatchEvent(new Event("input"));
	}`
	if err := browser.Evaluate(t.Context(), slide, nil); err != nil {
		t.Fatal(err)
	}
	browser.wait(t, "rembDemo.sample.capacity_bps === 100000 && "+
		"rembDemo.stats.available_outgoing_bitrate_bps === 90000 && rembDemo.stats.sent_bps < 200000")

	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	browser.wait(t, "rembDemo.state === 'lost' && !document.getElementById('notice').hidden")
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
	browser.wait(t, "rembDemo.state === 'live' && rembDemo.calls > 1 && rembDemo.sample.capacity_bps === 100000 && "+
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
}

// A connection that is lost for some seconds comes back, however long the call has been going on.
func TestInterruptedInChromium(t *testing.T) {
	browser := startPage(t)
	_, base := start(t, testConfig)
	if err := browser.Open(t.Context(), base+"/?source=generated"); err != nil {
		t.Fatal(err)
	}
	evaluate := func(program string) {
		t.Helper()
		if err := browser.Evaluate(t.Context(), program, nil); err != nil {
			t.Fatal(err)
		}
	}
	evaluate(`
		window.RTCPeerConnection = class extends RTCPeerConnection {
			constructor() { super(); window.connection = this; }
		};
		rembDemo.start();
	`)
	browser.wait(t, "rembDemo.state === 'live' && rembDemo.sample.time_s > 16") // the page waits 15 s for a connection
	// What is sent from now on arrives 5 s later, so that meanwhile nothing does, either way.
	evaluate("rembDemo.controls.set({delay_ms: 5000})")
	browser.wait(t, "connection.connectionState === 'disconnected'")
	evaluate("rembDemo.controls.set({delay_ms: 10})")
	browser.wait(t, "rembDemo.calls > 1 || connection.connectionState === 'connected'")
	browser.wait(t, "rembDemo.calls === 1 && rembDemo.error === ''")
}
