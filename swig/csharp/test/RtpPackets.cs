using Libremb;

/// RTP packets with abs-send-time in extension 3 (RFC 8285's one-byte form).
static class RtpPackets {
  public const int AbsSendTimeId = 3;
  public const int HeaderBytes = 20;

  public static Config NewConfig() {
    return new Config { AbsSendTimeId = AbsSendTimeId };
  }

  public static uint AbsSendTime(long us) {
    return (uint)((us << 18) / 1000000) & 0xFFFFFF;
  }

  public static byte[] Make(int sequenceNumber, uint ssrc, uint absSendTime, int payloadBytes) {
    var packet = new byte[HeaderBytes + payloadBytes];
    var at = 0;
    Put(packet, ref at, 0x9060, 2);  // version 2, with an extension; payload type 96
    Put(packet, ref at, (uint)sequenceNumber, 2);
    Put(packet, ref at, 0, 4);
    Put(packet, ref at, ssrc, 4);
    Put(packet, ref at, 0xBEDE0001, 4);  // one word follows
    Put(packet, ref at, AbsSendTimeId << 4 | 2, 1);
    Put(packet, ref at, absSendTime, 3);
    return packet;
  }

  static void Put(byte[] packet, ref int at, uint value, int bytes) {
    while (bytes-- > 0) packet[at++] = (byte)(value >> 8 * bytes);
  }
}
