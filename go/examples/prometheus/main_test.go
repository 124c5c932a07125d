//go:build cgo

package main

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/libremb/libremb/go/internal/testpeer"
	"github.com/libremb/libremb/go/rembprometheus"
)

// TestExample scrapes while a call is on and after it has ended.
func TestExample(t *testing.T) {
	handler, err := newServer(testpeer.Loopback(), rembprometheus.WithPeerConnections())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	defer handler.Close()
	sender := testpeer.NewSender(t)
	sender.Connect(t, testpeer.WHIP(t, server.URL+"/whip/alice"))
	sender.WaitForREMB(t, func(*rtcp.ReceiverEstimatedMaximumBitrate) bool { return true })

	during := scrape(t, server.URL+"/metrics")
	for name, least := range map[string]float64{
		`remb_streams{time_source="abs-send-time"}`: 1,
		"remb_peer_connections_opened_total":        1,
		"remb_target_bytes_per_second":              10_000,
		"remb_received_packets_total":               2,
		"remb_message_bytes_per_second_count":       1,
		"go_goroutines":                             1,
	} {
		if during[name] < least {
			t.Errorf("%s is %g", name, during[name])
		}
	}
	each := 0
	for name := range during {
		if strings.HasPrefix(name, `remb_peer_connection_target_bytes_per_second{peer_connection="`) {
			each++
		}
	}
	if each != 1 {
		t.Errorf("%d peer connections have a target", each)
	}

	handler.Close()
	after := scrape(t, server.URL+"/metrics")
	if after[`remb_peer_connections{state="normal"}`] != 0 || after["remb_target_bytes_per_second"] != 0 ||
		after["remb_received_packets_total"] < during["remb_received_packets_total"] {
		t.Errorf("after the call: %v", after)
	}
}

// scrape returns all series, by name and labels as they stand there.
func scrape(t *testing.T, url string) map[string]float64 {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	series := map[string]float64{}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if name, text, ok := strings.Cut(lines.Text(), " "); ok && name != "#" {
			if series[name], err = strconv.ParseFloat(text, 64); err != nil {
				t.Errorf("%s: %v", lines.Text(), err)
			}
		}
	}
	return series
}
