using System;
using System.IO;
using System.Linq;
using System.Threading;
using Libremb;

static class LifeTest {
  [Test]
  static void WhatIsDisposedOfIsNotUsed() {
    var estimator = new Estimator();
    Testing.Throws<ArgumentNullException>(() => estimator.Poll(0, null), "no message");
    estimator.Dispose();
    estimator.Dispose();
    Action[] uses = {
      () => estimator.OnRtpPacket(0, new byte[20]), () => estimator.OnPacket(new Packet()), () => estimator.Estimate(),
      () => estimator.Poll(0), () => estimator.Ssrcs(), () => estimator.Stats(), () => estimator.Reset(),
      () => estimator.OnPackets(new long[1], new uint[1], new int[1]),
    };
    foreach (var use in uses) {
      var exception = Testing.Throws<ObjectDisposedException>(use, "a use");
      Testing.Equal("Libremb.Estimator", exception.ObjectName, "object");
    }
    var config = new Config();
    config.Dispose();
    Testing.Throws<ObjectDisposedException>(() => new Estimator(config), "a config");
    Testing.Throws<ObjectDisposedException>(() => config.Profile = 1, "a property");
  }

  // Were they not freed, 20 000 estimators would take more than 100 MB.
  [Test]
  static void WhatIsForgottenIsFreed() {
    Forget(2000);
    var before = ResidentBytes();
    Forget(20000);
    var grown = ResidentBytes() - before;
    Testing.True(grown < 40e6, "grown by " + grown + " bytes");
  }

  static void Forget(int count) {
    for (var i = 0; i < count; ++i) {
      var estimator = new Estimator();
      estimator.OnPacket(new Packet { Ssrc = 1, PayloadBytes = 1000 });
      if (i % 500 != 0) continue;
      GC.Collect();
      GC.WaitForPendingFinalizers();
    }
  }

  static long ResidentBytes() {
    var line = File.ReadLines("/proc/self/status").First(one => one.StartsWith("VmRSS:"));
    return 1024 * long.Parse(new string(line.Where(char.IsDigit).ToArray()));
  }

  // While the garbage collector moves what there is.
  [Test]
  static void ThreadsShareOneEstimatorUntilItIsDisposedOf() {
    for (var round = 0; round < 20; ++round) {
      var estimator = new Estimator(RtpPackets.NewConfig());
      var packets = 0;
      Exception wrong = null;
      var threads = Enumerable.Range(0, 4).Select(number => new Thread(() => {
        try {
          for (var i = 0; ; ++i) {
            estimator.OnRtpPacket(i * 1000L, RtpPackets.Make(i, (uint)number, (uint)i * 262, 100));
            Testing.True(estimator.Streams().Length <= 4, "streams");
            Interlocked.Increment(ref packets);
          }
        } catch (ObjectDisposedException) {
        } catch (Exception exception) {
          wrong = exception;
        }
      })).ToArray();
      foreach (var thread in threads) thread.Start();
      while (Volatile.Read(ref packets) < 200 && wrong == null) GC.Collect();
      estimator.Dispose();
      Testing.Throws<ObjectDisposedException>(() => estimator.Estimate(), "a use while others end");
      foreach (var thread in threads) thread.Join();
      if (wrong != null) throw wrong;
    }
  }
}
