using System;
using System.Collections.Generic;
using System.Linq;
using Libremb;

static class EstimatorTest {
  const uint Ssrc = 0xFFFFFFFE;  // no int has it
  const int Packets = 700;
  const int PayloadBytes = 1000;
  const long IntervalUs = 10000;  // 800 kbit/s

  // The estimates after each packet of a flow of 7 s.
  static List<long> Estimates(Func<Estimator, long, byte[], int> onPacket) {
    var estimates = new List<long>();
    using (var estimator = new Estimator(RtpPackets.NewConfig())) {
      for (var i = 0; i < Packets; ++i) {
        var nowUs = i * IntervalUs;
        onPacket(estimator, nowUs, RtpPackets.Make(i, Ssrc, RtpPackets.AbsSendTime(nowUs), PayloadBytes));
        estimates.Add(estimator.Estimate());
      }
      Testing.Same(new[] { Ssrc }, estimator.Ssrcs(), "SSRCs");
    }
    return estimates;
  }

  static List<long> Expected() {
    using (var packet = new Packet { Ssrc = Ssrc, PayloadBytes = PayloadBytes }) {
      packet.Stamps = (uint)(Remb.STAMP_ABS_SEND_TIME | Remb.STAMP_RTP_TIMESTAMP | Remb.STAMP_SEQUENCE_NUMBER);
      return Estimates((estimator, nowUs, rtp) => {
        packet.ArrivalUs = nowUs;
        packet.AbsSendTime = RtpPackets.AbsSendTime(nowUs);
        packet.SequenceNumber = (int)(nowUs / IntervalUs);
        return estimator.OnPacket(packet);
      });
    }
  }

  [Test]
  static void BytesGiveTheSameEstimatesFromWhereverTheyLie() {
    var expected = Expected();
    Testing.True(expected.Last() > 100000, "an estimate");
    Testing.Same(expected, Estimates((estimator, nowUs, rtp) => estimator.OnRtpPacket(nowUs, rtp)), "an array");
    var buffer = new byte[2000];
    Testing.Same(expected, Estimates((estimator, nowUs, rtp) => {
      rtp.CopyTo(buffer, 7);
      return estimator.OnRtpPacket(nowUs, buffer, 7, rtp.Length);
    }), "a part of an array");
    Testing.Same(expected, Estimates((estimator, nowUs, rtp) => {
      unsafe {
        var stack = stackalloc byte[rtp.Length];
        var span = new Span<byte>(stack, rtp.Length);
        rtp.CopyTo(span);
        return estimator.OnRtpPacket(nowUs, span);
      }
    }), "a span outside the heap");
  }

  [Test]
  static void ColumnsGiveTheSameEstimates() {
    var expected = Expected();
    var arrivalUs = Enumerable.Range(0, Packets).Select(i => i * IntervalUs).ToArray();
    var ssrc = Enumerable.Repeat(Ssrc, Packets).ToArray();
    var payloadBytes = Enumerable.Repeat(PayloadBytes, Packets).ToArray();
    var absSendTime = arrivalUs.Select(RtpPackets.AbsSendTime).ToArray();
    var sequenceNumber = Enumerable.Range(0, Packets).ToArray();
    var estimateBps = new long[Packets];
    var facts = new int[Packets];
    using (var estimator = new Estimator()) {
      var all = estimator.OnPackets(arrivalUs, ssrc, payloadBytes, absSendTime, new uint[Packets],
                                    sequenceNumber: sequenceNumber, estimateBps: estimateBps, facts: facts);
      Testing.Same(expected, estimateBps, "estimates");
      Testing.Equal(Remb.ESTIMATE_UPDATED | Remb.DUE, all, "facts of all");
      Testing.Equal(all, facts.Aggregate((a, b) => a | b), "facts together");

      var before = estimator.Stats().Packets;
      Status(Remb.ERR_ARGUMENT, () => estimator.OnPackets(arrivalUs, new uint[1], payloadBytes));
      Status(Remb.ERR_ARGUMENT, () => estimator.OnPackets(arrivalUs, ssrc, payloadBytes, estimateBps: new long[1]));
      payloadBytes[Packets - 1] = -1;
      Status(Remb.ERR_ARGUMENT, () => estimator.OnPackets(arrivalUs, ssrc, payloadBytes));
      Testing.Equal(before, estimator.Stats().Packets, "packets after errors");
      Testing.Equal(0, estimator.OnPackets(null, null, null), "no packets");
    }
  }

  [Test]
  static void ARembIsDueUntilSent() {
    using (var estimator = new Estimator(new Config { InitialBitrateBps = 300000 }))
    using (var message = new Message { SenderSsrc = 7 }) {
      var facts = estimator.OnPacket(new Packet { Ssrc = Ssrc, PayloadBytes = 100 });
      Testing.Equal(Remb.DUE, facts & Remb.DUE, "facts of the packet");
      Testing.Equal(Remb.DUE, estimator.Poll(0, message) & Remb.DUE, "facts of the poll");
      Testing.Equal(300000L, message.BitrateBps, "rate");
      Testing.Same(new[] { Ssrc }, message.Ssrcs(), "SSRCs");
      estimator.RembSent(0, message.BitrateBps);
      Testing.Equal(0, estimator.Poll(0) & Remb.DUE, "due once sent");
      Testing.True(estimator.NextPollUs() > 0, "a time to poll");
      Testing.Equal(Remb.DUE, estimator.SetMaxBitrate(200000), "a lower maximum");
      Testing.Equal(200000L, estimator.Estimate(), "the limited estimate");
    }
  }

  [Test]
  static void AMessageIsBytesBothWays() {
    var message = new Message { SenderSsrc = 0x80000001, BitrateBps = 1 << 20 };
    message.SetSsrcs(new[] { 3u, 0xFFFFFFFF });
    var rtcp = message.Serialize();
    Testing.Equal(28, rtcp.Length, "bytes");
    var padded = new byte[40];
    rtcp.CopyTo(padded, 5);
    foreach (var parsed in new[] { Message.Parse(rtcp), Message.Parse(new ReadOnlySpan<byte>(padded, 5, 28)) }) {
      Testing.Equal(0x80000001u, parsed.SenderSsrc, "sender");
      Testing.Equal(1L << 20, parsed.BitrateBps, "rate");
      Testing.Same(new[] { 3u, 0xFFFFFFFF }, parsed.Ssrcs(), "SSRCs");
    }
    message.SetSsrcs(null);
    Testing.Equal(20, message.Serialize().Length, "bytes without SSRCs");
    Status(Remb.ERR_ARGUMENT, () => message.SetSsrcs(new uint[256]));
  }

  [Test]
  static void StreamsAreKnownByTheirSsrcs() {
    using (var estimator = new Estimator()) {
      estimator.AddStream(new Stream(Ssrc));
      estimator.OnPacket(new Packet { Ssrc = 0, PayloadBytes = 1000 });
      Testing.Same(new[] { 0u, Ssrc }, estimator.Streams(), "streams");
      Testing.Equal(1000L, estimator.StreamStats(0).Bytes, "bytes");
      Testing.Equal(1, estimator.StreamStats(Ssrc).Added, "added");
      Testing.Equal("no packet yet", Remb.ReasonString(estimator.StreamStats(Ssrc).ClockReason), "reason");
      estimator.RemoveStream(Ssrc);
      Status(Remb.ERR_NOT_FOUND, () => estimator.StreamStats(Ssrc));
    }
  }

  [Test]
  static void ErrorsHaveTheirStatus() {
    using (var estimator = new Estimator()) {
      Status(Remb.ERR_MALFORMED, () => estimator.OnRtpPacket(0, new byte[3]));
      Status(Remb.ERR_MALFORMED, () => estimator.OnRtpPacket(0, new byte[0]));
      Status(Remb.ERR_MALFORMED, () => estimator.OnRtpPacket(0, null));
      Status(Remb.ERR_ARGUMENT, () => estimator.OnRtpPacket(0, new byte[65536]));
      Status(Remb.ERR_TIME, () => estimator.Poll(-1));
      Status(Remb.ERR_ARGUMENT, () => estimator.SetRtt(-1));
      Status(Remb.ERR_MALFORMED, () => Message.Parse(new byte[3]));
      Status(Remb.ERR_ARGUMENT, () => new Estimator(new Config { MaxStreams = -1 }));
      Testing.Throws<ArgumentNullException>(() => estimator.OnPacket(null), "no packet");
      Testing.Throws<ArgumentNullException>(() => new Estimator(null), "no config");
      var array = new byte[10];
      Testing.Throws<ArgumentOutOfRangeException>(() => estimator.OnRtpPacket(0, array, 5, 6), "too much");
      Testing.Throws<ArgumentOutOfRangeException>(() => estimator.OnRtpPacket(0, array, -1, 2), "before it");
      Testing.Equal(0L, estimator.Stats().Packets, "packets after errors");
    }
  }

  static void Status(int status, Action action) {
    var exception = Testing.Throws<RembException>(action, "an error");
    Testing.Equal(status, exception.Status, exception.Message);
    Testing.True(exception.Message.Length > 5, "a message");
  }
}
