package relaypeer

// IsRTP tells RTP from what else goes over a WebRTC connection: STUN, DTLS and RTCP (RFC 7983, RFC 5761).
func IsRTP(datagram []byte) bool {
	return len(datagram) >= 12 && datagram[0]>>6 == 2 && (datagram[1] < 192 || datagram[1] > 223)
}
