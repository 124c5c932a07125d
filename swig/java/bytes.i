// Java's ways in for bytes, in the place of std::span<const uint8_t>: a byte[], a part of one, a ByteBuffer; and packets in
// columns.

%typemap(in, numinputs=0) JNIEnv* jenv "$1 = jenv;"
%typemap(jtype) jobject buffer "java.nio.ByteBuffer"
%typemap(jstype) jobject buffer "java.nio.ByteBuffer"

%ignore remb::SharedEstimator::OnRtpPacket;
%javamethodmodifiers remb::SharedEstimator::OnRtpArray "private"
%javamethodmodifiers remb::SharedEstimator::OnRtpBuffer "private"
%rethrow(remb::SharedEstimator::OnRtpArray, auto lock = Lock(*arg1);)
%rethrow(remb::SharedEstimator::OnRtpBuffer, auto lock = Lock(*arg1);)
%extend remb::SharedEstimator {
  int32_t OnRtpArray(JNIEnv* jenv, int64_t nowUs, jbyteArray rtp, int32_t offset, int32_t size) {
    return $self->OnRtpPacket(nowUs, PinnedBytes(jenv, rtp, offset, size));
  }
  int32_t OnRtpBuffer(JNIEnv* jenv, int64_t nowUs, jobject buffer, int32_t offset, int32_t size) {
    return $self->OnRtpPacket(nowUs, DirectBytes(jenv, buffer, offset, size));
  }
}

%ignore remb::Message::Parse;
%javamethodmodifiers remb::Message::ParseArray "private"
%javamethodmodifiers remb::Message::ParseBuffer "private"
%rethrow(remb::Message::ParseArray, )
%rethrow(remb::Message::ParseBuffer, )
%extend remb::Message {
  static remb::Message ParseArray(JNIEnv* jenv, jbyteArray rtcp, int32_t offset, int32_t size) {
    return remb::Message::Parse(PinnedBytes(jenv, rtcp, offset, size));
  }
  static remb::Message ParseBuffer(JNIEnv* jenv, jobject buffer, int32_t offset, int32_t size) {
    return remb::Message::Parse(DirectBytes(jenv, buffer, offset, size));
  }
}

%typemap(javacode) remb::SharedEstimator %{
  /**
   * Takes an RTP packet with its arrival time: see {@link #onRtpPacket(long, byte[], int, int)}.
   *
   * @param nowUs the time of any monotonic clock, in microseconds
   * @param rtp the packet
   * @return facts: 0 or more of {@link Remb#ESTIMATE_UPDATED} and {@link Remb#DUE}
   */
  public int onRtpPacket(long nowUs, byte[] rtp) {
    return onRtpArray(nowUs, rtp, 0, rtp.length);
  }

  /**
   * Takes an RTP packet (RFC 3550; header extensions by RFC 8285) with its arrival time. RTX, FEC and
   * padding-only packets count too. It may also be SRTP, whose header is in clear; the tag then counts. The
   * bytes are read where they lie, and only during the call.
   *
   * @param nowUs the time of any monotonic clock, in microseconds
   * @param rtp an array with the packet
   * @param offset where in the array it begins
   * @param length its bytes
   * @return facts: 0 or more of {@link Remb#ESTIMATE_UPDATED} and {@link Remb#DUE}
   * @throws RembException with {@link Remb#ERR_ARGUMENT} (longer than 65 535), {@link Remb#ERR_TIME},
   *     {@link Remb#ERR_MALFORMED} or {@link Remb#ERR_NO_MEMORY}
   * @throws IllegalStateException if the estimator is closed
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public int onRtpPacket(long nowUs, byte[] rtp, int offset, int length) {
    java.util.Objects.checkFromIndexSize(offset, length, rtp.length);
    return onRtpArray(nowUs, rtp, offset, length);
  }

  /**
   * The same for a buffer's remaining bytes; its position stays. Those of a direct buffer, or of one that has
   * an array, are read where they lie.
   *
   * @param nowUs the time of any monotonic clock, in microseconds
   * @param rtp the packet
   * @return facts: 0 or more of {@link Remb#ESTIMATE_UPDATED} and {@link Remb#DUE}
   */
  public int onRtpPacket(long nowUs, java.nio.ByteBuffer rtp) {
    if (rtp.isDirect()) return onRtpBuffer(nowUs, rtp, rtp.position(), rtp.remaining());
    java.nio.ByteBuffer bytes = Buffers.withArray(rtp);
    return onRtpArray(nowUs, bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
  }

  /**
   * Takes many packets, in order: see {@link #onPackets(PacketColumns, long[], int[])}.
   *
   * @param packets the packets
   * @return the facts of all packets together
   */
  public int onPackets(PacketColumns packets) {
    return onPackets(packets, null, null);
  }

  /**
   * Takes many packets, in order, as {@link #onPacket(Packet)} takes one. All are checked before any is taken.
   *
   * @param packets the packets
   * @param estimateBps null, or gets {@link #estimate()} after each packet
   * @param facts null, or gets what {@code onPacket} would have returned for each packet
   * @return the facts of all packets together
   * @throws RembException with {@link Remb#ERR_ARGUMENT} (also for arrays of unlike lengths),
   *     {@link Remb#ERR_TIME} or {@link Remb#ERR_NO_MEMORY}
   * @throws IllegalStateException if the estimator is closed
   */
  public int onPackets(PacketColumns packets, long[] estimateBps, int[] facts) {
    return onPackets(packets.arrivalUs, packets.ssrc, packets.payloadBytes, packets.absSendTime,
        packets.rtpTimestamp, packets.transmissionOffset, packets.sequenceNumber, packets.absCaptureTime,
        packets.captureClockOffset, packets.stamps, estimateBps, facts);
  }
%}
%javamethodmodifiers remb::SharedEstimator::OnPackets "private"

%typemap(javacode) remb::Message %{
  /**
   * Reads the first REMB of an RTCP packet: see {@link #parse(byte[], int, int)}.
   *
   * @param rtcp the packet
   * @return the REMB
   */
  public static Message parse(byte[] rtcp) {
    return parseArray(rtcp, 0, rtcp.length);
  }

  /**
   * Reads the first REMB of an RTCP packet, which may be compound. A rate beyond 2^63 - 1 becomes that.
   *
   * @param rtcp an array with the packet
   * @param offset where in the array it begins
   * @param length its bytes
   * @return the REMB
   * @throws RembException with {@link Remb#ERR_MALFORMED} or {@link Remb#ERR_NOT_FOUND}
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  public static Message parse(byte[] rtcp, int offset, int length) {
    java.util.Objects.checkFromIndexSize(offset, length, rtcp.length);
    return parseArray(rtcp, offset, length);
  }

  /**
   * The same for a buffer's remaining bytes; its position stays.
   *
   * @param rtcp the packet
   * @return the REMB
   */
  public static Message parse(java.nio.ByteBuffer rtcp) {
    if (rtcp.isDirect()) return parseBuffer(rtcp, rtcp.position(), rtcp.remaining());
    java.nio.ByteBuffer bytes = Buffers.withArray(rtcp);
    return parseArray(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
  }
%}
