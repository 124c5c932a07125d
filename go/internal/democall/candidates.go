package democall

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// throughRelay takes a session description's only ICE candidate out of it, puts the relay's address in
// its place, and returns both. Whoever is given the new description finds the relay where it looks for
// the peer, so that not only the media but ICE and DTLS too cross the bottleneck.
func throughRelay(sdp string, relay netip.AddrPort) (string, netip.AddrPort, error) {
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
