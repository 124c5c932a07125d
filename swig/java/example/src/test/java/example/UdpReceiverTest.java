package example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.libremb.Message;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A receiver in a thread, and senders to it over loopback. */
@Timeout(60)
class UdpReceiverTest {
  private static final int ABS_SEND_TIME_ID = 3;
  private static final long SSRC = 0xFFFF_FFFEL;

  private DatagramChannel channel;
  private Thread receiver;
  private InetSocketAddress receiverAddress;
  private DatagramSocket socket;
  private final List<Message> rembs = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void open() throws IOException {
    channel = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    receiverAddress = (InetSocketAddress) channel.getLocalAddress();
    socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
    new Thread(this::readRembs).start();
  }

  private void start(int absSendTimeId) {
    receiver =
        new Thread(
            () -> {
              try {
                UdpReceiver.answer(channel, absSendTimeId);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    receiver.start();
  }

  @AfterEach
  void close() throws Exception {
    receiver.interrupt();
    receiver.join(10_000);
    assertFalse(receiver.isAlive(), "the receiver does not end");
    channel.close();
    socket.close();
  }

  private void readRembs() {
    byte[] bytes = new byte[2000];
    try {
      while (true) {
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        socket.receive(packet);
        rembs.add(Message.parse(bytes, 0, packet.getLength()));
      }
    } catch (SocketException closed) {
      return;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** 960 kbit/s for four seconds: 30 frames a second, each of four packets at once. */
  @Test
  void answersASenderWithAbsSendTime() throws Exception {
    start(ABS_SEND_TIME_ID);
    long begin = System.nanoTime();
    byte[] notRtp = {1, 2, 3};
    socket.send(new DatagramPacket(notRtp, notRtp.length, receiverAddress));
    for (int frame = 0; frame < 120; frame++) {
      for (int part = 0; part < 4; part++) {
        ByteBuffer rtp = ByteBuffer.allocate(1020);
        long sentUs = (System.nanoTime() - begin) / 1000;
        rtp.put((byte) 0x90).put((byte) 96).putShort((short) (frame * 4 + part));
        rtp.putInt(frame * 3000).putInt((int) SSRC).putShort((short) 0xBEDE).putShort((short) 1);
        rtp.putInt(ABS_SEND_TIME_ID << 28 | 2 << 24 | (int) (sentUs * (1 << 18) / 1_000_000 & 0xFFFFFF));
        socket.send(new DatagramPacket(rtp.array(), rtp.capacity(), receiverAddress));
      }
      long nextMs = (frame + 1) * 1000L / 30 - (System.nanoTime() - begin) / 1_000_000;
      if (nextMs > 0) Thread.sleep(nextMs);
    }
    assertTrue(rembs.size() >= 5, () -> rembs.size() + " REMBs");
    for (Message remb : rembs) {
      assertEquals(1, remb.getSenderSsrc());
      assertArrayEquals(new long[] {SSRC}, remb.ssrcs());
    }
    long last = rembs.get(rembs.size() - 1).getBitrateBps();
    assertTrue(last > 960_000, () -> last + " bit/s for a sender of 960 000 with nothing in its way");
  }

  /** ffmpeg's RTP, handed on by the test, since ffmpeg does not show what comes back. */
  @Test
  void answersFfmpeg() throws Exception {
    start(0);
    try (DatagramSocket inlet = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      inlet.setSoTimeout(10_000);
      String target = "rtp://127.0.0.1:" + inlet.getLocalPort() + "?rtcpport=" + inlet.getLocalPort();
      Process ffmpeg;
      try {
        ffmpeg =
            new ProcessBuilder(
                    ("ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc=size=320x240:rate=30"
                            + " -t 5 -c:v mpeg4 -b:v 500k -f rtp " + target)
                        .split(" "))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
      } catch (IOException e) {
        assumeTrue(false, "no ffmpeg: " + e.getMessage());
        return;
      }
      Set<Long> ssrcs = new TreeSet<>();
      byte[] bytes = new byte[65_535];
      while (ffmpeg.isAlive() || ssrcs.isEmpty()) {
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        try {
          inlet.receive(packet);
        } catch (SocketTimeoutException e) {
          break;
        }
        if ((bytes[1] & 0xE0) != 0xC0) {
          ssrcs.add(Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt(8)));
        }
        socket.send(new DatagramPacket(bytes, packet.getLength(), receiverAddress));
        inlet.setSoTimeout(1_000);
      }
      assertTrue(ffmpeg.waitFor(10, TimeUnit.SECONDS));
      assertEquals(0, ffmpeg.exitValue());
      assertEquals(1, ssrcs.size());
      assertTrue(rembs.size() >= 3, () -> rembs.size() + " REMBs");
      Message last = rembs.get(rembs.size() - 1);
      assertEquals(ssrcs.toString(), Arrays.toString(last.ssrcs()));
      assertTrue(last.getBitrateBps() > 100_000, () -> last.getBitrateBps() + " bit/s");
    }
  }
}
