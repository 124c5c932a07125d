//go:build cgo

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestBrowserFlags(t *testing.T) {
	o, err := parse([]string{"--browser"}, io.Discard)
	if err != nil || !o.browser || o.listen != "localhost:8080" || len(o.call.Capacity) != 1 ||
		o.call.Capacity[0].Bps != 2e6 {
		t.Errorf("%+v, %v", o, err)
	}
	for args, want := range map[string]string{
		"--listen=:80":                   "--listen is for --browser",
		"--browser --listen=8080":        `--listen: "8080" is not an address`,
		"--browser --capacity=2M,1M":     "--capacity is one rate",
		"--browser --check":              "--check is not for --browser",
		"--browser --duration=5s":        "--duration is not for --browser",
		"--browser --queue=1h":           "--queue",
		"--browser --out=x --delay=20ms": "--out is not for --browser",
	} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, not %q", args, err, want)
		}
	}
}

func TestPageURL(t *testing.T) {
	addr := &net.TCPAddr{Port: 8080}
	for listen, want := range map[string]string{
		":8080": "http://localhost:8080", "0.0.0.0:0": "http://localhost:8080", "[::1]:8080": "http://localhost:8080",
		"127.0.0.1:8080": "http://localhost:8080", "192.0.2.1:8080": "http://192.0.2.1:8080", "host:http": "http://host:8080",
	} {
		if got := pageURL(listen, addr); got != want {
			t.Errorf("%s: %s, not %s", listen, got, want)
		}
	}
}

// The page is there as soon as its address is printed, begins with the flags' link, and Ctrl-C is no error.
func TestServe(t *testing.T) {
	o, err := parse(strings.Fields("--browser --listen=127.0.0.1:0 --capacity=0.7M --delay=25ms"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read, write := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- errors.Join(serve(ctx, o, write), write.Close()) }()
	url, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatal(err, <-served)
	}
	url = strings.TrimSpace(url)
	response, err := http.Get(strings.Replace(url, "localhost", "127.0.0.1", 1))
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil || !bytes.Contains(page, []byte("capacity_bps&#34;:700000,&#34;delay_ms&#34;:25,")) {
		t.Errorf("%v, %s", err, page)
	}

	taken := o
	_, taken.listen, _ = strings.Cut(url, "//localhost")
	taken.listen = "127.0.0.1" + taken.listen
	if err := serve(ctx, taken, io.Discard); err == nil || !strings.Contains(err.Error(), "give another --listen") {
		t.Errorf("%v", err)
	}

	cancel()
	select {
	case err := <-served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on")
	}
}
