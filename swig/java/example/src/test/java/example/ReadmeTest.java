package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.libremb.Message;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program in README, as written but for its port. */
@Timeout(60)
class ReadmeTest {
  private static final int ABS_SEND_TIME_ID = 3;
  private static final long SSRC = 7;

  @Test
  void itsProgramAnswers(@TempDir Path folder) throws Exception {
    Matcher program =
        Pattern.compile("\n```java\n(.*?)\n```\n", Pattern.DOTALL)
            .matcher(Files.readString(Path.of(System.getProperty("remb.readme"))));
    assertTrue(program.find(), "README has no program in Java");
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    int port;
    try (DatagramSocket free = new DatagramSocket()) {
      port = free.getLocalPort();
    }
    Path source = folder.resolve("Receiver.java");
    Files.writeString(source, program.group(1).replace("5004", Integer.toString(port)));
    assertEquals(
        0,
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-Xlint:all", "-Werror", "--release", "11",
                "-cp", System.getProperty("java.class.path"), source.toString()));

    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()});
        DatagramSocket socket = new DatagramSocket(0, loopback)) {
      Class<?> receiver = loader.loadClass("Receiver");
      Thread thread =
          new Thread(
              () -> {
                try {
                  receiver.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
                } catch (ReflectiveOperationException e) {
                  e.getCause().printStackTrace(); // no REMB comes then
                }
              });
      thread.setDaemon(true);
      thread.start();
      Message remb = answer(socket, loopback, port);
      assertEquals(SSRC, remb.ssrcs()[0]);
      assertTrue(remb.getBitrateBps() > 100_000, () -> remb.getBitrateBps() + " bit/s");
    }
  }

  /** The first REMB that a flow of 30 frames a second gets, each of three packets at once. */
  private static Message answer(DatagramSocket socket, InetAddress address, int port)
      throws Exception {
    socket.setSoTimeout(33);
    for (int number = 0; ; number++) {
      int sendTime = (int) (System.nanoTime() / 1000 * (1 << 18) / 1_000_000 & 0xFFFFFF);
      ByteBuffer rtp = ByteBuffer.allocate(1020);
      rtp.put((byte) 0x90).put((byte) 96).putShort((short) number).putInt(0).putInt((int) SSRC);
      rtp.putShort((short) 0xBEDE).putShort((short) 1);
      rtp.putInt(ABS_SEND_TIME_ID << 28 | 2 << 24 | sendTime);
      socket.send(new DatagramPacket(rtp.array(), rtp.capacity(), address, port));
      if (number % 3 != 2) continue;
      byte[] bytes = new byte[2000];
      DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
      try {
        socket.receive(packet);
        return Message.parse(bytes, 0, packet.getLength());
      } catch (SocketTimeoutException none) {
        // the next frame
      }
    }
  }
}
