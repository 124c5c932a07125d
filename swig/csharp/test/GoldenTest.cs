using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Libremb;

// What testdata/reference/golden.csv lists: every reference trace by each of its clocks.
static class GoldenTest {
  const string Folder = "testdata/reference/";
  const double Tolerance = 1e-6;  // of reals, which the files have with 9 digits

  static readonly Dictionary<string, int> Clocks = new Dictionary<string, int> {
    { "abs-send-time", Remb.CLOCK_ABS_SEND_TIME },
    { "toffset", Remb.CLOCK_TRANSMISSION_OFFSET },
    { "rtp-timestamp", Remb.CLOCK_RTP_TIMESTAMP },
  };

  // The columns of a file of whole numbers.
  sealed class Trace {
    public readonly long[] ArrivalUs;
    public readonly uint[] AbsSendTime, RtpTimestamp, Ssrc;
    public readonly int[] TransmissionOffset, PayloadBytes;

    public Trace(string name) {
      var lines = Lines(name);
      Testing.Same("arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,ssrc".Split(','),
                   lines.First().Take(6), name);
      var rows = lines.Skip(1).Select(line => line.Select(long.Parse).ToArray()).ToList();
      ArrivalUs = rows.Select(row => row[0]).ToArray();
      AbsSendTime = rows.Select(row => (uint)row[1]).ToArray();
      RtpTimestamp = rows.Select(row => (uint)row[2]).ToArray();
      TransmissionOffset = rows.Select(row => (int)row[3]).ToArray();
      PayloadBytes = rows.Select(row => (int)row[4]).ToArray();
      Ssrc = rows.Select(row => (uint)row[5]).ToArray();
    }

    public Packet this[int i] {
      get {
        return new Packet {
          ArrivalUs = ArrivalUs[i], AbsSendTime = AbsSendTime[i], RtpTimestamp = RtpTimestamp[i],
          TransmissionOffset = TransmissionOffset[i], PayloadBytes = PayloadBytes[i], Ssrc = Ssrc[i],
          Stamps = (uint)(Remb.STAMP_ABS_SEND_TIME | Remb.STAMP_RTP_TIMESTAMP | Remb.STAMP_TRANSMISSION_OFFSET),
        };
      }
    }
  }

  static IEnumerable<string[]> Lines(string name) {
    return File.ReadLines(Folder + name).Select(line => line.Split(','));
  }

  static Estimator NewEstimator(int clock) {
    return new Estimator(new Config { Profile = Remb.PROFILE_LIBWEBRTC, Clock = clock });
  }

  // Packet by packet, with what is due between them at its time. Adds to `estimates` one after each packet.
  static IEnumerable<Stats> Reports(Estimator estimator, Trace trace, List<long> estimates) {
    var message = new Message();
    for (var i = 0; i < trace.ArrivalUs.Length; ++i) {
      var nowUs = trace.ArrivalUs[i];
      for (var dueUs = estimator.NextPollUs(); dueUs <= nowUs; dueUs = estimator.NextPollUs()) {
        var due = estimator.Poll(dueUs, message);
        if ((due & Remb.ESTIMATE_UPDATED) != 0) yield return estimator.Stats();
        if ((due & Remb.DUE) != 0) estimator.RembSent(dueUs, message.BitrateBps);
      }
      using (var packet = trace[i]) {
        if ((estimator.OnPacket(packet) & Remb.ESTIMATE_UPDATED) != 0) yield return estimator.Stats();
      }
      estimates.Add(estimator.Estimate());
    }
  }

  static void Check(string[] row, Stats stats, string where) {
    Testing.Same(row.Take(3).Select(long.Parse), new[] { stats.LastReportUs, stats.EstimateBps, stats.StreamCount }, where);
    if (row.Length == 3) return;
    Testing.Equal(int.Parse(row[3]), stats.State, where + ", state");
    double[] reals = { stats.OffsetMs, stats.NoiseVarianceMs2, stats.ThresholdMs };
    for (var i = 0; i < reals.Length; ++i) {
      var expected = double.Parse(row[4 + i], CultureInfo.InvariantCulture);
      var allowed = Tolerance * Math.Max(1, Math.Abs(expected));
      Testing.True(Math.Abs(reals[i] - expected) <= allowed, where + ": " + reals[i] + " is " + expected);
    }
  }

  [Test]
  static void EveryReportIsTheExpectedOne() {
    var cases = Lines("golden.csv").Skip(1).ToList();
    var reports = 0;
    foreach (var one in cases) {
      var trace = new Trace(one[0]);
      var clock = Clocks[one[1]];
      var estimates = new List<long>();
      using (var estimator = NewEstimator(clock)) {
        var expected = Lines(one[2]).Skip(1).GetEnumerator();
        foreach (var stats in Reports(estimator, trace, estimates)) {
          var where = one[2] + ", report " + ++reports;
          Testing.True(expected.MoveNext(), where + " is expected");
          Check(expected.Current, stats, where);
        }
        Testing.True(!expected.MoveNext(), "no more reports are expected in " + one[2]);
      }
      using (var estimator = NewEstimator(clock)) {
        var columns = new long[estimates.Count];
        estimator.OnPackets(trace.ArrivalUs, trace.Ssrc, trace.PayloadBytes, trace.AbsSendTime, trace.RtpTimestamp,
                            trace.TransmissionOffset, estimateBps: columns);
        Testing.True(estimates.SequenceEqual(columns), "the same estimates by columns: " + one[2]);
      }
    }
    Testing.True(cases.Count >= 40 && reports > 10000, cases.Count + " cases with " + reports + " reports");
  }
}
