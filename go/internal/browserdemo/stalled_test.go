package browserdemo

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// stall begins requests to a call whose bodies do not come.
func stall(t *testing.T, call string, settings ...string) {
	t.Helper()
	address, path, _ := strings.Cut(strings.TrimPrefix(call, "http://"), "/")
	for _, name := range settings {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		const head = "PUT /%s/%s HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n{"
		if _, err := fmt.Fprintf(conn, head, path, name, address); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(200 * time.Millisecond) // until they are read as far as they came
}

// Requests that do not come to an end hold up neither others, nor a call's end.
func TestStalledRequests(t *testing.T) {
	_, base := start(t, testConfig)
	url, _ := open(t, base, offer(t))
	stall(t, url, "link", "remb")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for method, path := range map[string]string{"PUT": "/link", "DELETE": ""} {
		request, err := http.NewRequestWithContext(ctx, method, url+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
}

// Nor do they hold up the server's end.
func TestServeEndsStalledRequests(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, testConfig) }()
	url, _ := open(t, "http://"+listener.Addr().String(), offer(t))
	stall(t, url, "link")
	stop()
	select {
	case err := <-served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("Serve does not return")
	}
}

// How long a request may take to come does not bound how long events are sent.
func TestEventsOutlastReadTimeout(t *testing.T) {
	server := New(testConfig)
	web := httptest.NewUnstartedServer(server)
	web.Config.ReadTimeout = 500 * time.Millisecond
	web.Start()
	defer web.Close()
	defer func() { _ = server.Close() }()
	url, _ := open(t, web.URL, offer(t))
	stream := listen(t, url)
	first := stream.sample(t, func(sampleJSON) bool { return true })
	stream.sample(t, func(s sampleJSON) bool { return s.TimeS > first.TimeS+1.5 })
}
