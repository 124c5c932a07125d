package io.libremb;

import java.util.Objects;

/**
 * Many packets as columns: an array for each member of {@link Packet}, with a value for each packet. All have
 * the same length. They are kept as they are, not copied: who changes them changes the packets.
 *
 * <pre>{@code
 * int facts = estimator.onPackets(new PacketColumns(arrivalUs, ssrc, payloadBytes).absSendTime(absSendTime));
 * }</pre>
 */
public final class PacketColumns {
  final long[] arrivalUs;
  final long[] ssrc;
  final int[] payloadBytes;
  long[] absSendTime;
  long[] rtpTimestamp;
  int[] transmissionOffset;
  int[] sequenceNumber;
  long[] absCaptureTime;
  long[] captureClockOffset;
  long[] stamps;

  /**
   * Packets of which no more is known.
   *
   * @param arrivalUs when each arrived, in microseconds of any monotonic clock
   * @param ssrc SSRCs, 0 to 2^32 - 1
   * @param payloadBytes payload plus padding, 0 to 65 535
   */
  public PacketColumns(long[] arrivalUs, long[] ssrc, int[] payloadBytes) {
    this.arrivalUs = Objects.requireNonNull(arrivalUs);
    this.ssrc = Objects.requireNonNull(ssrc);
    this.payloadBytes = Objects.requireNonNull(payloadBytes);
  }

  /**
   * Adds abs-send-time.
   *
   * @param values 24 bits, 6.18 fixed-point seconds
   * @return this
   */
  public PacketColumns absSendTime(long[] values) {
    absSendTime = values;
    return this;
  }

  /**
   * Adds RTP timestamps.
   *
   * @param values in units of the stream's clock rate, 0 to 2^32 - 1
   * @return this
   */
  public PacketColumns rtpTimestamp(long[] values) {
    rtpTimestamp = values;
    return this;
  }

  /**
   * Adds transmission offsets (RFC 5450).
   *
   * @param values in units of the stream's clock rate, -2^23 to 2^23 - 1
   * @return this
   */
  public PacketColumns transmissionOffset(int[] values) {
    transmissionOffset = values;
    return this;
  }

  /**
   * Adds RTP sequence numbers, which show losses.
   *
   * @param values 0 to 65 535
   * @return this
   */
  public PacketColumns sequenceNumber(int[] values) {
    sequenceNumber = values;
    return this;
  }

  /**
   * Adds abs-capture-time.
   *
   * @param values the 64 bits of the extension: NTP time, 32.32 fixed-point
   * @return this
   */
  public PacketColumns absCaptureTime(long[] values) {
    absCaptureTime = values;
    return this;
  }

  /**
   * Adds the second half of abs-capture-time.
   *
   * @param values capture clock minus sender's clock, 32.32 fixed-point
   * @return this
   */
  public PacketColumns captureClockOffset(long[] values) {
    captureClockOffset = values;
    return this;
  }

  /**
   * Says what each packet carries; without this each carries all that was added.
   *
   * @param values {@link Remb}{@code .STAMP_*} bits
   * @return this
   */
  public PacketColumns stamps(long[] values) {
    stamps = values;
    return this;
  }
}
