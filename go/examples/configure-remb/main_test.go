//go:build cgo

package main

import (
	"net/http/httptest"
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
	handler := whip.NewServer()
	handler.Offers("/whip/{name}", whip.Receive(api, factory))
	server := httptest.NewServer(handler)
	defer server.Close()
	defer handler.Close()
	sender := testpeer.NewSender(t)
	sender.Connect(t, testpeer.WHIP(t, server.URL+"/whip/x"))
	got := sender.WaitForREMB(t, func(r *rtcp.ReceiverEstimatedMaximumBitrate) bool { return r.Bitrate > 500_000 })
	t.Logf("got %v", got)
}
