package benchmark;

import io.libremb.Config;
import io.libremb.Estimator;
import io.libremb.Packet;
import io.libremb.PacketColumns;
import io.libremb.Remb;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A packet's cost by each way in: 2 Mbit/s with abs-send-time over a path where nothing happens. Iterations are many and
 * short, so that the least of them was alone on its core, whatever else a machine does.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 60, time = 50, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class PacketBenchmark {
  private static final int ABS_SEND_TIME_ID = 3;
  private static final int ABS_SEND_TIME_AT = 17; // in a packet
  private static final long SSRC = 0x1234_5678;
  private static final int PAYLOAD_BYTES = 1000;
  private static final long INTERVAL_US = 4_000;
  private static final int BATCH = 1000;

  private Estimator estimator;
  private long nowUs;
  private final byte[] bytes = new byte[20 + PAYLOAD_BYTES];
  private final ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length);
  private final Packet packet = new Packet();
  private final long[] arrivalUs = new long[BATCH];
  private final long[] absSendTime = new long[BATCH];
  private final long[] ssrc = new long[BATCH];
  private final int[] payloadBytes = new int[BATCH];

  @Setup
  public void setUp() {
    Config config = new Config();
    config.setProfile(Remb.PROFILE_LIBWEBRTC); // as README's table
    config.setAbsSendTimeId(ABS_SEND_TIME_ID);
    estimator = new Estimator(config);
    ByteBuffer rtp = ByteBuffer.wrap(bytes);
    rtp.put((byte) 0x90).put((byte) 96).putShort((short) 0).putInt(0).putInt((int) SSRC);
    rtp.putShort((short) 0xBEDE).putShort((short) 1).put((byte) (ABS_SEND_TIME_ID << 4 | 2));
    direct.put(bytes).clear();
    packet.setSsrc(SSRC);
    packet.setPayloadBytes(PAYLOAD_BYTES);
    packet.setStamps(Remb.STAMP_ABS_SEND_TIME);
    Arrays.fill(ssrc, SSRC);
    Arrays.fill(payloadBytes, PAYLOAD_BYTES);
  }

  @TearDown
  public void tearDown() {
    estimator.close();
  }

  /** The next packet's send time, 6.18 fixed-point seconds. */
  private int next() {
    nowUs += INTERVAL_US;
    return (int) (nowUs * (1 << 18) / 1_000_000 & 0xFFFFFF);
  }

  @Benchmark
  public int onRtpPacketArray() {
    int sendTime = next();
    bytes[ABS_SEND_TIME_AT] = (byte) (sendTime >> 16);
    bytes[ABS_SEND_TIME_AT + 1] = (byte) (sendTime >> 8);
    bytes[ABS_SEND_TIME_AT + 2] = (byte) sendTime;
    return estimator.onRtpPacket(nowUs, bytes);
  }

  @Benchmark
  public int onRtpPacketDirectBuffer() {
    int sendTime = next();
    direct.put(ABS_SEND_TIME_AT, (byte) (sendTime >> 16));
    direct.putShort(ABS_SEND_TIME_AT + 1, (short) sendTime);
    return estimator.onRtpPacket(nowUs, direct);
  }

  @Benchmark
  public int onPacket() {
    packet.setAbsSendTime(next());
    packet.setArrivalUs(nowUs);
    return estimator.onPacket(packet);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int onPackets() {
    for (int i = 0; i < BATCH; i++) {
      absSendTime[i] = next();
      arrivalUs[i] = nowUs;
    }
    return estimator.onPackets(
        new PacketColumns(arrivalUs, ssrc, payloadBytes).absSendTime(absSendTime));
  }

  /** What a call into C costs by itself: a getter. */
  @Benchmark
  public long call() {
    return packet.getSsrc();
  }
}
