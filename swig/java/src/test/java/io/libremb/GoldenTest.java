package io.libremb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every reference trace by every clock: each report must be libwebrtc's, to the bit/s. */
class GoldenTest {
  private static final Path FOLDER = Path.of(System.getProperty("remb.testdata"), "reference");
  private static final Map<String, Integer> CLOCKS =
      Map.of(
          "abs-send-time", Remb.CLOCK_ABS_SEND_TIME,
          "toffset", Remb.CLOCK_TRANSMISSION_OFFSET,
          "rtp-timestamp", Remb.CLOCK_RTP_TIMESTAMP);
  private static final int STAMPS =
      Remb.STAMP_ABS_SEND_TIME | Remb.STAMP_TRANSMISSION_OFFSET | Remb.STAMP_RTP_TIMESTAMP;
  private static final double TOLERANCE = 1e-6; // of the reals, as tools/replay's

  static Stream<Arguments> cases() throws IOException {
    return Files.readAllLines(FOLDER.resolve("golden.csv")).stream()
        .skip(1)
        .map(line -> Arguments.of((Object[]) line.split(",")));
  }

  /** The rows of a file, as an array for each column. */
  private static double[][] columns(String name, String header) throws IOException {
    List<String> lines = Files.readAllLines(FOLDER.resolve(name));
    assertTrue(lines.get(0).startsWith(header), () -> name + ": " + lines.get(0));
    double[][] columns = new double[lines.get(0).split(",").length][lines.size() - 1];
    for (int row = 0; row < lines.size() - 1; row++) {
      String[] fields = lines.get(row + 1).split(",");
      for (int column = 0; column < columns.length; column++) {
        columns[column][row] = Double.parseDouble(fields[column]); // whole numbers are below 2^53
      }
    }
    return columns;
  }

  private static long[] longs(double[] values) {
    return Arrays.stream(values).mapToLong(value -> (long) value).toArray();
  }

  private static int[] ints(double[] values) {
    return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
  }

  private static Config config(String clock) {
    Config config = new Config();
    config.setProfile(Remb.PROFILE_LIBWEBRTC);
    config.setClock(CLOCKS.get(clock));
    return config;
  }

  @ParameterizedTest(name = "{0} by {1}")
  @MethodSource("cases")
  void everyReport(String traceName, String clock, String expectedName) throws IOException {
    double[][] trace =
        columns(
            traceName,
            "arrival_us,abs_send_time,rtp_timestamp,transmission_offset,payload_bytes,ssrc");
    int count = trace[0].length;
    long[] estimateBps = new long[count];
    List<Stats> reports = new ArrayList<>();
    Packet packet = new Packet();
    packet.setStamps(STAMPS);
    try (Estimator estimator = new Estimator(config(clock))) {
      for (int i = 0; i < count; i++) {
        long arrivalUs = (long) trace[0][i];
        // A packet's call makes all reports due by then, and only the last would be seen.
        for (long dueUs; (dueUs = estimator.nextPollUs()) <= arrivalUs; ) {
          int facts = estimator.poll(dueUs);
          if ((facts & Remb.ESTIMATE_UPDATED) != 0) reports.add(estimator.stats());
          if ((facts & Remb.DUE) != 0) estimator.rembSent(dueUs, estimator.estimate());
        }
        packet.setArrivalUs(arrivalUs);
        packet.setAbsSendTime((long) trace[1][i]);
        packet.setRtpTimestamp((long) trace[2][i]);
        packet.setTransmissionOffset((int) trace[3][i]);
        packet.setPayloadBytes((int) trace[4][i]);
        packet.setSsrc((long) trace[5][i]);
        int facts = estimator.onPacket(packet);
        if ((facts & Remb.ESTIMATE_UPDATED) != 0) reports.add(estimator.stats());
        estimateBps[i] = estimator.estimate();
      }
    }
    check(columns(expectedName, ""), reports);

    PacketColumns packets =
        new PacketColumns(longs(trace[0]), longs(trace[5]), ints(trace[4]))
            .absSendTime(longs(trace[1]))
            .rtpTimestamp(longs(trace[2]))
            .transmissionOffset(ints(trace[3]));
    long[] batchEstimateBps = new long[count];
    try (Estimator estimator = new Estimator(config(clock))) {
      estimator.onPackets(packets, batchEstimateBps, null);
    }
    assertArrayEquals(estimateBps, batchEstimateBps);
  }

  private static void check(double[][] expected, List<Stats> reports) {
    assertEquals(expected[0].length, reports.size(), "reports");
    assertTrue(reports.size() > 100);
    for (int i = 0; i < reports.size(); i++) {
      Stats report = reports.get(i);
      String row = "row " + (i + 2);
      assertEquals((long) expected[0][i], report.getLastReportUs(), row);
      assertEquals((long) expected[1][i], report.getEstimateBps(), row);
      assertEquals((long) expected[2][i], report.getStreamCount(), row);
      if (expected.length == 3) continue;
      assertEquals((long) expected[3][i], report.getState(), row);
      double[] reals = {
        report.getOffsetMs(), report.getNoiseVarianceMs2(), report.getThresholdMs()
      };
      for (int real = 0; real < reals.length; real++) {
        double value = expected[4 + real][i];
        assertEquals(value, reals[real], TOLERANCE * Math.max(1, Math.abs(value)), row);
      }
    }
  }
}
