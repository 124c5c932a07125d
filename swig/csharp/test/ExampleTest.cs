using System.Net;
using System.Net.Sockets;
using System.Threading;
using Libremb;

static class ExampleTest {
  // Program is what docs/csharp.md shows.
  [Test]
  static void TheManualsProgramAnswersRtp() {
    var port = FreePort();
    new Thread(() => Program.Main(new[] { port.ToString() })) { IsBackground = true }.Start();
    using (var client = new UdpClient(0)) {
      client.Connect(IPAddress.Loopback, port);
      client.Client.ReceiveTimeout = 200;
      Message remb = null;
      for (var i = 0; i < 2000 && remb == null; ++i) {
        var rtp = RtpPackets.Make(i, 5, RtpPackets.AbsSendTime(i * 5000L), 1000);
        if (i == 3) rtp = new byte[] { 1, 2, 3 };  // which is not RTP
        try {
          client.Send(rtp, rtp.Length);
          Thread.Sleep(5);
          if (client.Available == 0) continue;
          var from = new IPEndPoint(IPAddress.Any, 0);
          remb = Message.Parse(client.Receive(ref from));
        } catch (SocketException) {  // it does not listen yet
        }
      }
      Testing.True(remb != null, "a REMB");
      Testing.Equal(1u, remb.SenderSsrc, "sender");
      Testing.Same(new[] { 5u }, remb.Ssrcs(), "SSRCs");
      Testing.True(remb.BitrateBps > 5000, "a rate");
    }
  }

  static int FreePort() {
    using (var socket = new UdpClient(0)) return ((IPEndPoint)socket.Client.LocalEndPoint).Port;
  }
}
