package example;

import io.libremb.Config;
import io.libremb.Estimator;
import io.libremb.Message;
import io.libremb.Remb;
import io.libremb.RembException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;

/** Answers the RTP that comes to a UDP port with REMBs, to where it came from. */
public final class UdpReceiver {
  private static final long START_NS = System.nanoTime();

  private UdpReceiver() {}

  public static void main(String[] args) throws IOException {
    if (args.length < 1 || args.length > 2) {
      System.err.println("usage: UdpReceiver PORT [ID of abs-send-time in the SDP's a=extmap]");
      System.exit(2);
    }
    try (DatagramChannel channel = DatagramChannel.open()) {
      channel.bind(new InetSocketAddress(Integer.parseInt(args[0])));
      answer(channel, args.length == 2 ? Integer.parseInt(args[1]) : 0);
    }
  }

  /** Runs until the thread is interrupted. Without abs-send-time (id 0) it goes by RTP timestamps. */
  static void answer(DatagramChannel channel, int absSendTimeId) throws IOException {
    Config config = new Config();
    config.setAbsSendTimeId(absSendTimeId);
    Message remb = new Message();
    remb.setSenderSsrc(1);
    ByteBuffer packet = ByteBuffer.allocateDirect(65_535); // read where it lies, without a copy
    SocketAddress sender = null;
    channel.configureBlocking(false);
    try (Estimator estimator = new Estimator(config);
        Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_READ);
      while (true) {
        // Sooner than nextPollUs() only a packet makes a REMB due. The least is for a send that failed.
        long waitMs = (estimator.nextPollUs() - nowUs()) / 1000 + 1;
        selector.select(key -> {}, Math.max(5, Math.min(1000, waitMs)));
        if (Thread.interrupted()) return;

        for (SocketAddress from; (from = channel.receive(packet.clear())) != null; ) {
          if (isRtcp(packet.flip())) continue;
          try {
            estimator.onRtpPacket(nowUs(), packet);
            sender = from;
          } catch (RembException e) {
            System.err.println("from " + from + ": " + e.getMessage());
          }
        }
        if (sender == null || (estimator.poll(nowUs(), remb) & Remb.DUE) == 0) continue;
        if (channel.send(ByteBuffer.wrap(remb.serialize()), sender) == 0) continue;
        estimator.rembSent(nowUs(), remb.getBitrateBps());
        System.out.printf(
            "%8.3f s: %d bit/s for %s%n",
            nowUs() / 1e6, remb.getBitrateBps(), Arrays.toString(remb.ssrcs()));
      }
    }
  }

  /** RTCP on the same port (RFC 5761, section 4): packet types 192 to 223. */
  private static boolean isRtcp(ByteBuffer packet) {
    return packet.limit() >= 2 && (packet.get(1) & 0xE0) == 0xC0;
  }

  /** nanoTime() itself may be negative; libremb's times are not. */
  private static long nowUs() {
    return (System.nanoTime() - START_NS) / 1000;
  }
}
