using System;

namespace Libremb {

public partial class Estimator {
  /// <summary>As <see cref="OnRtpPacket(long, ReadOnlySpan{byte})"/>, of a part of an array, which is not copied.</summary>
  /// <param name="nowUs">when it arrived</param>
  /// <param name="buffer">has the packet</param>
  /// <param name="offset">where it begins</param>
  /// <param name="count">its bytes</param>
  /// <returns>facts: <see cref="Remb.ESTIMATE_UPDATED"/> | <see cref="Remb.DUE"/></returns>
  /// <exception cref="ArgumentOutOfRangeException">the array has no such part</exception>
  public int OnRtpPacket(long nowUs, byte[] buffer, int offset, int count) {
    return OnRtpPacket(nowUs, new ReadOnlySpan<byte>(buffer, offset, count));
  }

  /// <summary>
  /// As <see cref="OnPacket"/> for each of many packets, in order. A column has a value a packet; one that is left out means
  /// that no packet has it. Arrays are taken as spans, without a copy. All packets are checked before any is taken.
  /// </summary>
  /// <param name="arrivalUs">when they arrived</param>
  /// <param name="ssrc">their SSRCs</param>
  /// <param name="payloadBytes">payload plus padding, 0 to 65 535</param>
  /// <param name="absSendTime">24 bits, 6.18 fixed-point seconds</param>
  /// <param name="rtpTimestamp">in units of the stream's clock rate</param>
  /// <param name="transmissionOffset">RFC 5450, in units of the stream's clock rate</param>
  /// <param name="sequenceNumber">RTP's, 0 to 65 535</param>
  /// <param name="absCaptureTime">the extension's 64 bits: NTP time, 32.32 fixed-point</param>
  /// <param name="captureClockOffset">its second 64 bits</param>
  /// <param name="stamps"><see cref="Remb"/>.STAMP_* bits; left out: every packet has what there are columns of</param>
  /// <param name="estimateBps">is set to what <see cref="Estimate"/> says after each packet</param>
  /// <param name="facts">is set to what <see cref="OnPacket"/> returns for each</param>
  /// <returns>the facts of all packets together</returns>
  /// <exception cref="RembException">columns of unlike length, or as <see cref="OnPacket"/></exception>
  public int OnPackets(ReadOnlySpan<long> arrivalUs, ReadOnlySpan<uint> ssrc, ReadOnlySpan<int> payloadBytes,
                       ReadOnlySpan<uint> absSendTime = default(ReadOnlySpan<uint>),
                       ReadOnlySpan<uint> rtpTimestamp = default(ReadOnlySpan<uint>),
                       ReadOnlySpan<int> transmissionOffset = default(ReadOnlySpan<int>),
                       ReadOnlySpan<int> sequenceNumber = default(ReadOnlySpan<int>),
                       ReadOnlySpan<long> absCaptureTime = default(ReadOnlySpan<long>),
                       ReadOnlySpan<long> captureClockOffset = default(ReadOnlySpan<long>),
                       ReadOnlySpan<uint> stamps = default(ReadOnlySpan<uint>),
                       Span<long> estimateBps = default(Span<long>), Span<int> facts = default(Span<int>)) {
    return OnPacketsNative(arrivalUs, ssrc, payloadBytes, absSendTime, rtpTimestamp, transmissionOffset, sequenceNumber,
                           absCaptureTime, captureClockOffset, stamps, estimateBps, facts);
  }
}

}
