package relaypeer

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// ThroughRelay takes a session description's only ICE candidate out of it, puts the relay's address in
// its place, and returns both. Whoever is given the new description finds the relay where it looks for
// the peer.
func ThroughRelay(sdp string, relay netip.AddrPort) (string, netip.AddrPort, error) {
	var peer netip.AddrPort
	lines := strings.SplitAfter(sdp, "\n")
	kept := lines[:0]
	for _, line := range lines {
		if !strings.HasPrefix(line, "a=candidate:") {
			kept = append(kept, line)
			continue
		}
		// a=candidate:<foundation> <component> udp <priority> <address> <port> typ host ...
		fields := strings.Split(line, " ")
		if len(fields) < 8 || !strings.EqualFold(fields[2], "udp") || peer.IsValid() {
			continue
		}
		address, err := netip.ParseAddrPort(fields[4] + ":" + fields[5])
		if err != nil {
			continue
		}
		peer = address
		fields[4], fields[5] = relay.Addr().String(), strconv.Itoa(int(relay.Port()))
		kept = append(kept, strings.Join(fields, " "))
	}
	if !peer.IsValid() {
		return "", peer, errors.New("a session description without an IPv4 candidate on loopback")
	}
	return strings.Join(kept, ""), peer, nil
}

// WithoutCandidates takes all ICE candidates out of a session description. Whoever is given the new one learns where
// the peer is from what the peer sends.
func WithoutCandidates(sdp string) string {
	lines := strings.SplitAfter(sdp, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "a=candidate:") || strings.HasPrefix(line, "a=end-of-candidates")
	}), "")
}
