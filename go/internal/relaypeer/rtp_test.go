package relaypeer

import "testing"

func TestIsRTP(t *testing.T) {
	packet := func(first, second byte) []byte { return append([]byte{first, second}, make([]byte, 20)...) }
	for _, c := range []struct {
		name     string
		datagram []byte
		want     bool
	}{
		{"VP8", packet(0x90, 96), true},
		{"VP8 with marker", packet(0x90, 96|128), true},
		{"RTX", packet(0xb0, 97), true},
		{"sender report", packet(0x80, 200), false},
		{"payload-specific feedback", packet(0x8f, 206), false},
		{"STUN", packet(0, 1), false},
		{"DTLS", packet(22, 254), false},
		{"too short", []byte{0x90, 96}, false},
	} {
		if got := IsRTP(c.datagram); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
