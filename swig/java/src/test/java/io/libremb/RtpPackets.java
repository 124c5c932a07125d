package io.libremb;

import java.nio.ByteBuffer;

/** RTP packets as a sender with abs-send-time makes them. */
final class RtpPackets {
  static final int ABS_SEND_TIME_ID = 3;

  private RtpPackets() {}

  /** A packet with a header of 20 bytes: RFC 3550's 12, and one extension in RFC 8285's one-byte form. */
  static byte[] packet(int sequenceNumber, long ssrc, int absSendTime, int payloadBytes) {
    ByteBuffer packet = ByteBuffer.allocate(20 + payloadBytes);
    packet.put((byte) 0x90).put((byte) 96).putShort((short) sequenceNumber).putInt(0).putInt((int) ssrc);
    packet.putShort((short) 0xBEDE).putShort((short) 1).putInt(ABS_SEND_TIME_ID << 28 | 2 << 24 | absSendTime);
    return packet.array();
  }

  static Config config() {
    Config config = new Config();
    config.setAbsSendTimeId(ABS_SEND_TIME_ID);
    return config;
  }

  static int toAbsSendTime(long us) {
    return (int) (us * (1 << 18) / 1_000_000 & 0xFFFFFF);
  }
}
