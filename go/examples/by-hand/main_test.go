//go:build cgo

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pion/rtcp"

	"github.com/libremb/libremb/go/examples/internal/whip"
	"github.com/libremb/libremb/go/internal/testpeer"
)

// TestExample sends video to the example's server until a REMB comes back.
func TestExample(t *testing.T) {
	api, factory, err := newAPI(testpeer.Loopback())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(whip.Handler(api, factory))
	defer server.Close()
	sender := testpeer.NewSender(t)
	sender.Connect(t, func(offer string) string {
		response, err := http.Post(server.URL, "application/sdp", strings.NewReader(offer))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		answer, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusCreated {
			t.Fatalf("%s %s %v", response.Status, answer, err)
		}
		return string(answer)
	})
	got := sender.WaitForREMB(t, func(r *rtcp.ReceiverEstimatedMaximumBitrate) bool { return r.Bitrate > 500_000 })
	t.Logf("got %v", got)
}
