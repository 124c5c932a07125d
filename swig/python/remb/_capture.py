"""RTP from pcap and pcapng captures, chosen and guessed as libremb's program replay does it."""
