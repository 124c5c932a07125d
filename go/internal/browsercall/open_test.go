package browsercall

import (
	"encoding/binary"
	"testing"
)

func TestGreets(t *testing.T) {
	request := func(kind uint16, cookie uint32, rest string) []byte {
		header := binary.BigEndian.AppendUint16(nil, kind)
		header = binary.BigEndian.AppendUint16(header, uint16(len(rest)))
		header = binary.BigEndian.AppendUint32(header, cookie)
		return append(append(header, make([]byte, 12)...), rest...)
	}
	greets := greets("abcd")
	for _, c := range []struct {
		name     string
		datagram []byte
		want     bool
	}{
		{"a binding request", request(1, 0x2112A442, "\x00\x06\x00\x09abcd:efgh"), true},
		{"for somebody else", request(1, 0x2112A442, "\x00\x06\x00\x09abce:efgh"), false},
		{"the other way", request(1, 0x2112A442, "\x00\x06\x00\x09efgh:abcd"), false},
		{"a response", request(0x101, 0x2112A442, "abcd:"), false},
		{"no STUN", request(1, 7, "abcd:"), false},
		{"too short", []byte("abcd:"), false},
	} {
		if got := greets(c.datagram); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestSDP(t *testing.T) {
	const sdp = "v=0\r\na=ice-ufrag:abcd\r\na=ice-ufrag:efgh\r\na=extmap:3 urn:x\r\n" +
		"a=extmap:14/sendonly urn:y some words\r\na=extmap:300 urn:z\r\na=extmap:7"
	if got := attribute(sdp, "ice-ufrag:"); got != "abcd" {
		t.Errorf("%q", got)
	}
	for uri, want := range map[string]uint8{"urn:x": 3, "urn:y": 14, "urn:z": 0, "urn": 0, "": 0} {
		if got := extensionID(sdp, uri); got != want {
			t.Errorf("%s: %d", uri, got)
		}
	}
}
