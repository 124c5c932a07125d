package io.libremb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LifeTest {
  @Test
  void closedIsClosed() {
    Estimator estimator = new Estimator();
    estimator.close();
    estimator.close();
    List<org.junit.jupiter.api.function.Executable> calls =
        List.of(
            estimator::reset,
            estimator::estimate,
            estimator::ssrcs,
            estimator::stats,
            estimator::nextPollUs,
            () -> estimator.poll(0),
            () -> estimator.onPacket(new Packet()),
            () -> estimator.onRtpPacket(0, new byte[12]),
            () -> estimator.onRtpPacket(0, java.nio.ByteBuffer.allocateDirect(12)),
            () -> estimator.onPackets(new PacketColumns(new long[0], new long[0], new int[0])),
            () -> estimator.addStream(new Stream(1)));
    for (org.junit.jupiter.api.function.Executable call : calls) {
      assertThrows(IllegalStateException.class, call);
    }
  }

  /** Estimators that nobody closes, 430 MB in all. */
  @Test
  void forgottenEstimatorsAreFreed() throws Exception {
    Stream[] streams = new Stream[1000];
    for (int i = 0; i < streams.length; i++) streams[i] = new Stream(i);
    long beforeKiB = residentKiB();
    for (int i = 0; i < 4000; i++) {
      Estimator forgotten = new Estimator();
      for (Stream stream : streams) forgotten.addStream(stream);
      if (i % 100 == 0) {
        System.gc();
        Thread.sleep(10); // the Cleaner has a thread of its own
      }
    }
    long grownKiB = residentKiB() - beforeKiB;
    assertTrue(grownKiB < 150_000, () -> "the process grew by " + grownKiB + " KiB");
  }

  private static long residentKiB() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", ""));
    }
    throw new IOException("no VmRSS");
  }

  /** Packets, looks and a close from several threads at once: each call is whole, or told that it came too late. */
  @Test
  void threadsShareAnEstimator() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    for (int round = 0; round < 50; round++) {
      Estimator estimator = new Estimator(RtpPackets.config());
      List<Future<Integer>> counts = new ArrayList<>();
      for (int thread = 0; thread < 3; thread++) {
        int ssrc = thread + 1;
        counts.add(threads.submit(() -> feed(estimator, ssrc)));
      }
      Future<Long> closed =
          threads.submit(
              () -> {
                Thread.sleep(5);
                long packets = estimator.stats().getPackets();
                estimator.close();
                return packets;
              });
      int fed = 0;
      for (Future<Integer> count : counts) fed += count.get(20, TimeUnit.SECONDS);
      long counted = closed.get(20, TimeUnit.SECONDS);
      assertTrue(counted <= fed, counted + " packets were counted, " + fed + " fed");
    }
    threads.shutdown();
    assertTrue(threads.awaitTermination(20, TimeUnit.SECONDS));
  }

  private static int feed(Estimator estimator, int ssrc) {
    byte[] rtp = RtpPackets.packet(0, ssrc, 0, 100);
    for (int fed = 0; ; fed++) {
      try {
        if (fed % 2 == 0) {
          estimator.onRtpPacket(fed, rtp);
        } else {
          estimator.onPackets(
              new PacketColumns(new long[] {fed}, new long[] {ssrc}, new int[] {100}),
              new long[1],
              null);
        }
        estimator.ssrcs();
      } catch (IllegalStateException closed) {
        return fed + 1;
      }
    }
  }

  @Test
  void versionIsTheArtefacts() {
    assertEquals(System.getProperty("remb.version"), Remb.version());
  }
}
