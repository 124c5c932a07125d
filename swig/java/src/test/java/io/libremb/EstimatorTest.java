package io.libremb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EstimatorTest {
  private static final long SSRC = 0xFFFF_FFFEL; // no int has it
  private static final int PACKETS = 700;
  private static final int PAYLOAD_BYTES = 1000;
  private static final long INTERVAL_US = 10_000; // 800 kbit/s

  /** How a packet goes in. */
  private interface Input {
    int onPacket(Estimator estimator, long nowUs, byte[] rtp);
  }

  /** The estimate after each packet of a flow of 7 s, and after that the facts of each. */
  private static List<Long> estimates(Input input) {
    List<Long> estimates = new ArrayList<>();
    List<Long> facts = new ArrayList<>();
    try (Estimator estimator = new Estimator(RtpPackets.config())) {
      for (int i = 0; i < PACKETS; i++) {
        long nowUs = i * INTERVAL_US;
        byte[] rtp = RtpPackets.packet(i, SSRC, RtpPackets.toAbsSendTime(nowUs), PAYLOAD_BYTES);
        facts.add((long) input.onPacket(estimator, nowUs, rtp));
        estimates.add(estimator.estimate());
      }
      assertArrayEquals(new long[] {SSRC}, estimator.ssrcs());
    }
    estimates.addAll(facts);
    return estimates;
  }

  private static List<Long> expected() {
    Packet packet = new Packet();
    packet.setSsrc(SSRC);
    packet.setPayloadBytes(PAYLOAD_BYTES);
    packet.setStamps(
        Remb.STAMP_ABS_SEND_TIME | Remb.STAMP_RTP_TIMESTAMP | Remb.STAMP_SEQUENCE_NUMBER);
    return estimates(
        (estimator, nowUs, rtp) -> {
          packet.setArrivalUs(nowUs);
          packet.setAbsSendTime(RtpPackets.toAbsSendTime(nowUs));
          packet.setSequenceNumber((int) (nowUs / INTERVAL_US));
          return estimator.onPacket(packet);
        });
  }

  @Test
  void bytesGiveTheSameEstimatesFromWhereverTheyLie() {
    List<Long> expected = expected();
    assertTrue(expected.get(PACKETS - 1) > 100_000, () -> "no estimate: " + expected);

    assertEquals(expected, estimates(Estimator::onRtpPacket));
    assertEquals(
        expected,
        estimates(
            (estimator, nowUs, rtp) -> {
              byte[] middle = new byte[rtp.length + 9];
              System.arraycopy(rtp, 0, middle, 4, rtp.length);
              return estimator.onRtpPacket(nowUs, middle, 4, rtp.length);
            }));
    assertEquals(
        expected,
        estimates(
            (estimator, nowUs, rtp) -> {
              ByteBuffer direct = ByteBuffer.allocateDirect(rtp.length + 9);
              return estimator.onRtpPacket(nowUs, direct.position(5).put(rtp).flip().position(5));
            }));
    assertEquals(
        expected,
        estimates(
            (estimator, nowUs, rtp) -> {
              ByteBuffer heap = ByteBuffer.allocate(rtp.length + 9).position(2).slice();
              return estimator.onRtpPacket(nowUs, heap.position(5).put(rtp).flip().position(5));
            }));
    assertEquals(
        expected,
        estimates(
            (estimator, nowUs, rtp) -> {
              ByteBuffer readOnly = ByteBuffer.wrap(rtp).asReadOnlyBuffer();
              int facts = estimator.onRtpPacket(nowUs, readOnly);
              assertEquals(0, readOnly.position());
              return facts;
            }));
  }

  @Test
  void columnsGiveTheSameEstimates() {
    long[] arrivalUs = new long[PACKETS];
    long[] ssrc = new long[PACKETS];
    int[] payloadBytes = new int[PACKETS];
    long[] absSendTime = new long[PACKETS];
    int[] sequenceNumber = new int[PACKETS];
    for (int i = 0; i < PACKETS; i++) {
      arrivalUs[i] = i * INTERVAL_US;
      ssrc[i] = SSRC;
      payloadBytes[i] = PAYLOAD_BYTES;
      absSendTime[i] = RtpPackets.toAbsSendTime(arrivalUs[i]);
      sequenceNumber[i] = i;
    }
    PacketColumns packets =
        new PacketColumns(arrivalUs, ssrc, payloadBytes)
            .absSendTime(absSendTime)
            .rtpTimestamp(new long[PACKETS])
            .sequenceNumber(sequenceNumber);
    long[] estimateBps = new long[PACKETS];
    int[] facts = new int[PACKETS];
    try (Estimator estimator = new Estimator()) {
      int all = estimator.onPackets(packets, estimateBps, facts);
      assertEquals(Remb.ESTIMATE_UPDATED | Remb.DUE, all);
      List<Long> expected = expected();
      for (int i = 0; i < PACKETS; i++) {
        assertEquals(expected.get(i), estimateBps[i], "packet " + i);
        assertEquals(expected.get(PACKETS + i), facts[i], "packet " + i);
      }

      assertStatus(Remb.ERR_ARGUMENT, () -> estimator.onPackets(packets, new long[1], null));
      ssrc[PACKETS - 1] = 1L << 32;
      assertStatus(Remb.ERR_ARGUMENT, () -> estimator.onPackets(packets));
      PacketColumns unlike = new PacketColumns(arrivalUs, new long[1], payloadBytes);
      assertStatus(Remb.ERR_ARGUMENT, () -> estimator.onPackets(unlike));
      assertEquals(PACKETS, estimator.stats().getPackets());
    }
  }

  @Test
  void rembsAreDueUntilSent() {
    Config config = new Config();
    config.setInitialBitrateBps(300_000);
    try (Estimator estimator = new Estimator(config)) {
      Packet packet = new Packet();
      packet.setSsrc(SSRC);
      packet.setPayloadBytes(100);
      assertEquals(Remb.DUE, estimator.onPacket(packet) & Remb.DUE);
      Message message = new Message();
      message.setSenderSsrc(7);
      assertEquals(Remb.DUE, estimator.poll(0, message) & Remb.DUE);
      assertEquals(300_000, message.getBitrateBps());
      assertArrayEquals(new long[] {SSRC}, message.ssrcs());

      byte[] rtcp = message.serialize();
      assertEquals(24, rtcp.length);
      ByteBuffer direct = ByteBuffer.allocateDirect(24).put(rtcp).flip();
      for (Message parsed :
          List.of(Message.parse(rtcp), Message.parse(rtcp, 0, 24), Message.parse(direct))) {
        assertEquals(7, parsed.getSenderSsrc());
        assertArrayEquals(new long[] {SSRC}, parsed.ssrcs());
      }

      assertEquals(Remb.DUE, estimator.poll(10_000) & Remb.DUE);
      estimator.rembSent(10_000, message.getBitrateBps());
      assertEquals(0, estimator.poll(10_000) & Remb.DUE);
      assertTrue(estimator.nextPollUs() > 10_000);
      assertEquals(Remb.DUE, estimator.setMaxBitrate(200_000));
      assertEquals(200_000, estimator.estimate());
      assertEquals(300_000, estimator.stats().getLastRembBps());
    }
  }

  @Test
  void streamsTellOfThemselves() {
    try (Estimator estimator = new Estimator()) {
      estimator.addStream(new Stream(SSRC));
      assertArrayEquals(new long[] {SSRC}, estimator.streams());
      StreamStats stats = estimator.streamStats(SSRC);
      assertEquals(Remb.REASON_UNHEARD, stats.getClockReason());
      assertEquals("no packet yet", Remb.reasonString(stats.getClockReason()));
      estimator.removeStream(SSRC);
      assertArrayEquals(new long[0], estimator.streams());
    }
  }

  @Test
  void errorsHaveTheirStatus() {
    Config config = new Config();
    config.setClockRateHz(1);
    assertStatus(Remb.ERR_ARGUMENT, () -> new Estimator(config));
    assertStatus(Remb.ERR_MALFORMED, () -> Message.parse(new byte[1]));
    assertStatus(Remb.ERR_MALFORMED, () -> Message.parse(new byte[0]));
    assertStatus(Remb.ERR_MALFORMED, () -> Message.parse(ByteBuffer.allocateDirect(0)));
    assertStatus(Remb.ERR_ARGUMENT, () -> new Message().setSsrcs(new long[256]));
    assertStatus(Remb.ERR_ARGUMENT, () -> new Message().setSsrcs(new long[] {-1}));
    assertStatus(Remb.ERR_ARGUMENT, () -> new Packet().setSsrc(-1));
    assertStatus(Remb.ERR_ARGUMENT, () -> new Stream(1L << 32));
    assertThrows(NullPointerException.class, () -> new Message().setSsrcs(null));
    try (Estimator estimator = new Estimator()) {
      assertStatus(Remb.ERR_NOT_FOUND, () -> estimator.removeStream(1));
      assertStatus(Remb.ERR_MALFORMED, () -> estimator.onRtpPacket(0, new byte[0]));
      assertStatus(Remb.ERR_ARGUMENT, () -> estimator.onRtpPacket(0, new byte[65_536]));
      assertStatus(Remb.ERR_TIME, () -> estimator.onRtpPacket(-1, new byte[12]));
      assertThrows(NullPointerException.class, () -> estimator.onPacket(null));
      assertThrows(NullPointerException.class, () -> estimator.onRtpPacket(0, (byte[]) null));
      assertThrows(
          IndexOutOfBoundsException.class, () -> estimator.onRtpPacket(0, new byte[12], 1, 12));
      assertThrows(
          IndexOutOfBoundsException.class, () -> estimator.onRtpPacket(0, new byte[12], -1, 12));
      assertEquals(0, estimator.stats().getPackets());
    }
  }

  static void assertStatus(int status, org.junit.jupiter.api.function.Executable call) {
    RembException error = assertThrows(RembException.class, call);
    assertEquals(status, error.getStatus(), error::getMessage);
    assertFalse(error.getMessage().isEmpty());
  }
}
