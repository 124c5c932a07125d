package relaypeer

import (
	"net/netip"
	"strings"
	"testing"
)

func TestThroughRelay(t *testing.T) {
	const sdp = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n" +
		"a=candidate:233762139 1 udp 2130706431 127.0.0.1 41234 typ host ufrag abc\r\n" +
		"a=candidate:233762139 2 udp 2130706431 127.0.0.1 41234 typ host ufrag abc\r\n" +
		"a=end-of-candidates\r\n"
	got, peer, err := ThroughRelay(sdp, netip.MustParseAddrPort("127.0.0.1:5000"))
	if err != nil {
		t.Fatal(err)
	}
	if want := netip.MustParseAddrPort("127.0.0.1:41234"); peer != want {
		t.Errorf("the peer is at %v, not %v", peer, want)
	}
	const want = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n" +
		"a=candidate:233762139 1 udp 2130706431 127.0.0.1 5000 typ host ufrag abc\r\n" +
		"a=end-of-candidates\r\n"
	if got != want {
		t.Errorf("%q\nnot\n%q", got, want)
	}
}

func TestThroughRelayNeedsACandidate(t *testing.T) {
	for _, sdp := range []string{
		"", "v=0\r\n", "a=candidate:1 1 tcp 1 127.0.0.1 9 typ host\r\n", "a=candidate:1 1 udp 1 x.local 9 typ host\r\n",
		"a=candidate:1\r\n",
	} {
		if got, _, err := ThroughRelay(sdp, netip.MustParseAddrPort("127.0.0.1:5000")); err == nil {
			t.Errorf("%q gives %q", sdp, got)
		} else if !strings.Contains(err.Error(), "candidate") {
			t.Error(err)
		}
	}
}

func TestWithoutCandidates(t *testing.T) {
	const sdp = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=candidate:1 1 udp 1 x.local 9 typ host\r\n" +
		"a=candidate:2 1 tcp 1 10.0.0.1 9 typ host\r\na=end-of-candidates\r\na=mid:0\r\n"
	if got := WithoutCandidates(sdp); got != "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n" {
		t.Errorf("%q", got)
	}
}
