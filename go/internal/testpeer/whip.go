package testpeer

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// WHIP has a server answer an offer, by HTTP POST.
func WHIP(tb testing.TB, url string) (answer func(offer string) string) {
	tb.Helper()
	return func(offer string) string {
		tb.Helper()
		response, err := http.Post(url, "application/sdp", strings.NewReader(offer))
		must(tb, err)
		defer func() { _ = response.Body.Close() }()
		sdp, err := io.ReadAll(response.Body)
		must(tb, err)
		if response.StatusCode != http.StatusCreated {
			tb.Fatalf("%s answers %s: %s", url, response.Status, sdp)
		}
		return string(sdp)
	}
}
