// A call to the server: offer and answer over HTTP as in WHIP (RFC 9725), the receiver's samples as
// server-sent events, and what getStats says sent back.

const STATS_INTERVAL = 250;  // ms
// What IPv4, UDP and the SRTP tag add to a packet: with it rates compare with the link's capacity.
const PACKET_OVERHEAD = 20 + 8 + 10;
// Without a sample for so long, in ms, the call is lost. The server sends ten a second.
const PATIENCE = 5000;
const SILENCE = 1000;  // ms without a sample that are worth telling
const CONNECT_PATIENCE = 15000;
const GATHER_PATIENCE = 2000;

// A request; rejects with the server's own words.
async function request(method, url, body, type = "application/json") {
  const answer = await fetch(url, {method, body, headers: body ? {"Content-Type": type} : {}});
  if (answer.ok) return answer;
  const words = (await answer.text()).trim();
  const error = new Error(words || `The server answers ${answer.status}.`);
  error.retryAfter = Number(answer.headers.get("Retry-After")) * 1000;
  throw error;
}

// VP8 with retransmissions first, then whatever else there is.
function preferVP8(transceiver) {
  const codecs = RTCRtpSender.getCapabilities?.("video")?.codecs ?? [];
  const rank = ({mimeType}) => ["video/vp8", "video/rtx"].indexOf(mimeType.toLowerCase()) >>> 0;
  transceiver.setCodecPreferences?.([...codecs].sort((a, b) => rank(a) - rank(b)));
}

function gathered(connection) {
  return new Promise((resolve) => {
    const look = () => connection.iceGatheringState === "complete" && resolve();
    connection.addEventListener("icegatheringstatechange", look);
    setTimeout(resolve, GATHER_PATIENCE);
    look();
  });
}

export class Call {
  #connection = new RTCPeerConnection();
  #sender;
  #events;
  #timers = [];
  #previous = [];  // the last looks at getStats
  #lastSample;
  #ended = false;

  // on: {sample(sample), silence(), stats(stats), end(why, retryAfter)}; end comes once.
  constructor(on) {
    this.on = on;
    this.url = "";
  }

  get id() { return this.url.split("/").pop(); }

  // Starts to send. Rejects if the server wants no call.
  async open(track, stream, maxBitrate, settings) {
    const connection = this.#connection;
    const transceiver = connection.addTransceiver(track, {
      direction: "sendonly", streams: [stream], sendEncodings: [{maxBitrate}],
    });
    this.#sender = transceiver.sender;
    preferVP8(transceiver);
    await connection.setLocalDescription();
    await gathered(connection);
    const {sdp} = connection.localDescription;
    const answer = await request("POST", "calls", sdp, "application/sdp");
    this.url = new URL(answer.headers.get("Location"), location.href).href;
    if (this.#ended) return this.#delete();
    await Promise.all([this.setLink(settings.link), this.setREMB(settings.remb)]);
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === "failed") this.close("The connection failed.");
    };
    await connection.setRemoteDescription({type: "answer", sdp: await answer.text()});
    this.#listen();
    this.#timers.push(setInterval(() => this.#lookAtStats(), STATS_INTERVAL));
  }

  setLink(link) { return request("PUT", this.url + "/link", JSON.stringify(link)); }

  setREMB(remb) { return request("PUT", this.url + "/remb", JSON.stringify(remb)); }

  async replaceTrack(track) { await this.#sender?.replaceTrack(track); }

  get connected() { return this.#connection.connectionState === "connected"; }

  // Ends the call, here and at the server.
  close(why = "", retryAfter = 0) {
    if (this.#ended) return;
    this.#ended = true;
    this.#timers.forEach(clearInterval);
    this.#events?.close();
    this.#connection.close();
    if (this.url) this.#delete();
    this.on.end(why, retryAfter);
  }

  // keepalive: it is sent even as the page goes away.
  #delete() { fetch(this.url, {method: "DELETE", keepalive: true}).catch(() => {}); }

  #listen() {
    let deadline = performance.now() + CONNECT_PATIENCE;
    this.#lastSample = performance.now();
    this.#events = new EventSource(this.url + "/events");
    this.#events.addEventListener("sample", ({data}) => {
      this.#lastSample = performance.now();
      this.on.sample(JSON.parse(data));
    });
    this.#events.addEventListener("ended", ({data}) => this.close(JSON.parse(data).reason));
    this.#events.onerror = () => {  // while it tries again, patience decides
      if (this.#events.readyState === EventSource.CLOSED) {
        this.close("The server does not know the call.");
      }
    };
    this.#timers.push(setInterval(() => {
      if (this.connected) deadline = Infinity;  // what is lost later may come back
      if (this.#silent(PATIENCE)) this.close("The server is silent.");
      else if (this.#silent(SILENCE)) this.on.silence();
      else if (performance.now() > deadline) this.close("No connection comes about.");
    }, 500));
  }

  #silent(time) { return performance.now() - this.#lastSample > time; }

  async #lookAtStats() {
    const reports = await this.#connection.getStats();
    const stats = {t_s: performance.now() / 1000};
    let bytes = 0, packets = 0;
    for (const report of reports.values()) {
      if (report.type === "outbound-rtp" && report.kind === "video") {
        bytes += report.bytesSent + report.headerBytesSent;
        packets += report.packetsSent;
        stats.target_bitrate_bps = (stats.target_bitrate_bps ?? 0) + (report.targetBitrate ?? 0);
        stats.retransmitted_packets = report.retransmittedPacketsSent;
        stats.frames_per_second = report.framesPerSecond;
        stats.frame_width = report.frameWidth;
        stats.frame_height = report.frameHeight;
        stats.quality_limitation_reason = report.qualityLimitationReason;
      } else if (report.type === "candidate-pair" && report.nominated) {
        stats.available_outgoing_bitrate_bps ??= report.availableOutgoingBitrate;
      } else if (report.type === "remote-inbound-rtp" && report.roundTripTime !== undefined) {
        stats.rtt_ms = report.roundTripTime * 1000;
      }
    }
    const [before] = this.#previous;
    const now = {at: stats.t_s, bytes, packets};
    if (before && now.at > before.at) {
      const rate = (size) => 8 * size / (now.at - before.at);
      stats.sent_rtp_bps = rate(bytes - before.bytes);
      stats.sent_bps = stats.sent_rtp_bps + rate((packets - before.packets) * PACKET_OVERHEAD);
    }
    this.#previous = [...this.#previous.slice(-1), now];  // rates are over two intervals, 500 ms
    if (this.#ended || this.#silent(SILENCE)) return;
    this.on.stats(stats);
    // One that gets lost is followed by another.
    request("POST", this.url + "/browser-stats", JSON.stringify(stats)).catch(() => {});
  }
}
