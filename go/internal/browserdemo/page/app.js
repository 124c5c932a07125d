// The page: puts source, call, controls and plots together, and calls again when a call is lost.
import {Call} from "./call.js";
import {Controls} from "./controls.js";
import {History} from "./history.js";
import {openCamera, generatePicture} from "./picture.js";
import {createPlot} from "./plot.js";
import {View, delayText} from "./view.js";

const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const defaults = JSON.parse(document.querySelector("meta[name=remb-defaults]").content);

// A number from the page's address, or another.
function setting(name, otherwise) {
  const value = parseFloat(query.get(name));
  return isFinite(value) ? value : otherwise;
}

// What the encoder may use. Without it Chromium stops at 1.7 Mbit/s for 640x480.
const MAX_BITRATE = setting("max_bitrate", 4e6);
const WAITS = [500, 1000, 2000, 4000, 5000];  // ms before each call again

const history = new History();
const view = new View(history);
const plots = [createPlot($("rates-card"), "rates", history, view),
  createPlot($("queue-card"), "queue", history, view)];
const page = {
  state: "idle", error: "", source: query.get("source") === "generated" ? "generated" : "camera",
  calls: 0, wanted: false, call: null, stream: null, stats: {}, sample: null, failures: 0, retry: 0,
};

// ---- What is shown ---------------------------------------------------------------------------

const STATES = {
  idle: "Ready", starting: "Starting", connecting: "Connecting", live: "Live",
  interrupted: "Interrupted", lost: "Calling again", ended: "Ended",
};

function setState(state, error = "") {
  page.state = state;
  page.error = error;
  $("state").dataset.state = state;
  $("state").textContent = STATES[state];
  $("call").textContent = page.wanted ? "Stop" : "Start";
  $("call").classList.toggle("primary", !page.wanted);
}

function notice(text) {
  $("notice").hidden = !text;
  $("notice").textContent = text;
}

function showFacts() {
  const {stats, sample} = page;
  const facts = {
    size: stats.frame_width ? `${stats.frame_width}\u00d7${stats.frame_height}` : "\u2013",
    frames: stats.frames_per_second ? `${Math.round(stats.frames_per_second)}/s` : "\u2013",
    rtt: delayText(stats.rtt_ms),
    resent: stats.retransmitted_packets ?? "\u2013",
    lost: sample ? sample.dropped_packets + sample.lost_packets : "\u2013",
  };
  for (const [name, value] of Object.entries(facts)) {
    document.querySelector(`[data-fact=${name}]`).textContent = value;
  }
}

let drawn = false;
function draw() {
  if (drawn) return;
  drawn = true;
  requestAnimationFrame(() => {
    drawn = false;
    for (const update of plots) update();
    $("pause").textContent = view.held ? "Go on" : "Pause";
    $("pause").setAttribute("aria-pressed", String(Boolean(view.held)));
  });
}
view.listeners.push(draw);

// ---- The call --------------------------------------------------------------------------------

let sessionStart = null;  // the first sample, on the page's clock in seconds

function closeSource() {
  page.stream?.getTracks().forEach((track) => track.stop());
  $("preview").srcObject = page.stream = null;
}

// Makes page.stream what page.source says; the made picture if there is no camera.
async function openSource() {
  closeSource();
  notice("");
  if (page.source === "camera") {
    try {
      page.stream = await openCamera();
      page.stream.getTracks()[0].addEventListener("ended", () => selectSource("generated"));
    } catch (error) {
      page.source = "generated";
      notice(`${error.message} A generated picture is sent in its place.`);
    }
  }
  if (page.source === "generated") page.stream = generatePicture();
  $("preview").srcObject = page.stream;
  showSource();
}

function showSource() {
  for (const input of document.getElementsByName("source")) {
    input.checked = input.value === page.source;
  }
}

async function selectSource(source) {
  page.source = source;
  showSource();
  if (!page.wanted) return;
  await openSource();
  await page.call?.replaceTrack(page.stream.getTracks()[0]);
}

async function start() {
  page.wanted = true;
  setState("starting");
  await openSource();
  if (page.wanted) connect(); else closeSource();
}

function stop() {
  page.wanted = false;
  clearTimeout(page.retry);
  page.call?.close();
  closeSource();
  notice("");
  setState("ended");
}

async function connect() {
  clearTimeout(page.retry);
  setState(page.failures ? "lost" : "connecting", page.error);
  let offset = null;  // from the call's time to the session's
  const call = new Call({
    sample(sample) {
      if (call.connected && page.state !== "live") {
        page.failures = 0;
        if (page.error) notice("");
        setState("live");
      }
      const now = performance.now() / 1000;
      sessionStart ??= now;
      offset ??= now - sessionStart - sample.time_s;
      addRow(sample, offset + sample.time_s);
    },
    silence() { if (page.state === "live") setState("interrupted"); },
    stats(stats) { page.stats = stats; },
    end(why, retryAfter) { if (call === page.call) lost(why, retryAfter); },
  });
  page.call = call;
  ++page.calls;
  try {
    await call.open(page.stream.getTracks()[0], page.stream, MAX_BITRATE,
      {link: controls.link, remb: controls.remb});
  } catch (error) {
    call.close(error instanceof TypeError ? "The server does not answer." : error.message,
      error.retryAfter);
  }
}

function lost(why, retryAfter) {
  page.call = null;
  page.stats = {};
  page.sample = null;
  history.gap();
  draw();
  if (!page.wanted) return;
  const wait = Math.max(WAITS[Math.min(page.failures++, WAITS.length - 1)], retryAfter || 0);
  setState("lost", why);
  notice(`${why} Calling again.`);
  page.retry = setTimeout(connect, wait);
}

function addRow(sample, time) {
  const {stats} = page;
  const known = (value) => value || null;  // 0 is "not known" of a rate or a delay that cannot be 0
  page.sample = sample;
  history.add({
    time_s: Math.max(time, (history.times.at(-1) ?? -1) + 1e-3), call: page.calls,
    capacity_bps: known(sample.capacity_bps), delay_ms: controls.link.delay_ms,
    queue_limit_ms: controls.link.queue_ms, loss_percent: controls.link.loss_percent,
    browser_target_bps: stats.target_bitrate_bps,
    browser_available_bps: stats.available_outgoing_bitrate_bps, sent_bps: stats.sent_bps,
    received_bps: sample.received_bps, incoming_bps: known(sample.incoming_bps),
    estimate_bps: known(sample.estimate_bps), remb_bps: known(sample.remb_bps),
    rembs: sample.rembs, queue_delay_ms: sample.queue_delay_ms,
    dropped_packets: sample.dropped_packets + sample.lost_packets, rtt_ms: stats.rtt_ms,
    frame_width: stats.frame_width, frame_height: stats.frame_height,
    frames_per_second: stats.frames_per_second, retransmitted_packets: stats.retransmitted_packets,
  }, sample.state);
  showFacts();
  draw();
}

// ---- Controls --------------------------------------------------------------------------------

// Sends the newest settings of a group; those that come meanwhile wait for the answer.
const sending = {link: false, remb: false}, pending = {};
async function send(group, settings) {
  pending[group] = settings;
  if (sending[group]) return;
  sending[group] = true;
  while (pending[group] && page.call?.url) {
    const next = pending[group];
    pending[group] = null;
    try {
      await (group === "link" ? page.call.setLink(next) : page.call.setREMB(next));
    } catch (error) {
      notice(error.message);
    }
  }
  sending[group] = false;
}

const controls = new Controls($("controls"), {
  source: query.get("remb") ?? defaults.source,
  factor: setting("factor", defaults.factor),
  max_bitrate_bps: setting("remb_max_bps", defaults.max_bitrate_bps),
  ...Object.fromEntries(["capacity_bps", "delay_ms", "queue_ms", "loss_percent"]
    .map((name) => [name, setting(name, defaults[name])])),
}, send);

$("controls").addEventListener("submit", (event) => event.preventDefault());
$("call").addEventListener("click", () => (page.wanted ? stop() : start()));
for (const input of document.getElementsByName("source")) {
  input.addEventListener("change", () => selectSource(input.value));
}
$("pause").addEventListener("click", () => view.toggle());
$("span").addEventListener("change", (event) => {
  view.span = Number(event.target.value);
  view.go();
});
$("csv").addEventListener("click", () => {
  const url = URL.createObjectURL(new Blob([history.csv()], {type: "text/csv"}));
  const name = `remb-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.csv`;
  Object.assign(document.createElement("a"), {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
});

// ---- Theme -----------------------------------------------------------------------------------

// The style sheets know light and dark by a media query: it is made to hold, or not.
const THEMES = ["auto", "light", "dark"];
const dark = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  .filter((rule) => rule.media?.mediaText.includes("prefers-color-scheme"));
const system = matchMedia("(prefers-color-scheme: dark)");

function setTheme(theme) {
  const media = {auto: "(prefers-color-scheme: dark)", light: "not all", dark: "all"}[theme];
  for (const rule of dark) rule.media.mediaText = media;
  document.documentElement.style.colorScheme = theme === "auto" ? "" : theme;
  $("theme").textContent = `Theme: ${theme}`;
  localStorage.setItem("theme", theme);
  draw();
}

$("theme").addEventListener("click", () => {
  setTheme(THEMES[(THEMES.indexOf(localStorage.getItem("theme")) + 1) % THEMES.length]);
});
system.addEventListener("change", draw);
setTheme(THEMES.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto");

// ---- Life ------------------------------------------------------------------------------------

// A page that is left ends its call; one that comes back from the cache calls again.
addEventListener("pagehide", () => { if (page.call) page.call.close("The page was left."); });
addEventListener("pageshow", (event) => { if (event.persisted && page.wanted) connect(); });
addEventListener("online", () => { if (page.state === "lost" && !page.call) connect(); });

// For programs that drive the page.
window.rembDemo = {
  history, controls, view, start, stop,
  get state() { return page.state; },
  get error() { return page.error; },
  get source() { return page.source; },
  get callId() { return page.call?.id ?? ""; },
  get calls() { return page.calls; },
  get stats() { return page.stats; },
  get sample() { return page.sample; },
  csv: () => history.csv(),
};

showSource();
setState("idle");
if (query.get("auto") === "1") start();
