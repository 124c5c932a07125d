// The two plots over one time axis, with legends that are switches and show values.
import {clockText, delayText, rateText} from "./view.js";

const SERIES = {
  rates: [
    {column: "received_bps", label: "Received", color: "incoming", width: 1.25, fill: true,
      about: "What comes out of the bottleneck, over 500 ms"},
    {column: "sent_bps", label: "Sent", color: "sent", width: 1.5,
      about: "What the browser says it sends (getStats), over 500 ms"},
    {column: "browser_target_bps", label: "Target", color: "muted", width: 1.5, dash: [2, 3],
      about: "What the browser’s encoder aims at (targetBitrate)"},
    {column: "estimate_bps", label: "Estimate", color: "estimate", width: 2.25, step: true,
      about: "What libremb thinks that the path carries"},
    {column: "remb_bps", label: "REMB", color: "remb", points: true,
      about: "What the browser was told"},
    {column: "capacity_bps", label: "Capacity", color: "capacity", width: 2, dash: [7, 4],
      step: true, about: "The bottleneck’s"},
    {column: "browser_available_bps", label: "Limit", color: "signal", width: 1, dash: [5, 3],
      hidden: true,
      about: "What the browser thinks that it may send (availableOutgoingBitrate)"},
  ],
  queue: [
    {column: "queue_delay_ms", label: "Queueing delay", color: "delay", width: 1.5, fill: true,
      about: "How long a packet that came now would wait before the bottleneck"},
    {column: "rtt_ms", label: "Round trip", color: "muted", width: 1.25, dash: [2, 3], hidden: true,
      about: "As the browser works it out from receiver reports"},
  ],
};

// The detector's, told apart by height too.
const STATES = {
  overusing: {label: "overusing", height: 9}, underusing: {label: "underusing", height: 5},
  normal: {label: "normal", height: 2},
};

const root = document.documentElement;
const css = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();

function element(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// Calls draw(state, left, width), in pixels of the canvas, for each stretch of a state in sight.
function eachStretch(history, view, plot, draw) {
  const [from, to] = view.range;
  const {left, width} = plot.bbox;
  const x = (time) => Math.min(Math.max(plot.valToPos(time, "x", true), left), left + width);
  let begin = Math.max(0, history.indexAt(from));
  for (let row = begin + 1; row <= history.length; ++row) {
    const over = row === history.length || history.times[row] > to;
    if (!over && history.states[row] === history.states[begin]) continue;
    const state = history.states[begin];
    const end = Math.min(row, history.length - 1);
    const [start, stop] = [x(history.times[begin]), x(history.times[end])];
    if (state !== null && stop > start) draw(state, start, stop - start);
    if (over) return;
    begin = row;
  }
}

function drawTints(history, view, plot) {
  const {ctx, bbox} = plot;
  ctx.save();
  ctx.globalAlpha = Number(css("tint"));
  eachStretch(history, view, plot, (state, left, width) => {
    if (state === "normal") return;
    ctx.fillStyle = css(state);
    ctx.fillRect(left, bbox.top, width, bbox.height);
  });
  ctx.restore();
}

function drawTop(history, view, plot, unit) {
  const {ctx, bbox} = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  eachStretch(history, view, plot, (state, left, width) => {
    const {height} = STATES[state];
    ctx.fillStyle = css(state);
    ctx.fillRect(left, bbox.top - (height + 4) * ratio, width, height * ratio);
  });
  ctx.font = `${12 * ratio}px ${css("sans")}`;
  ctx.fillStyle = css("soft");
  ctx.textAlign = "right";
  ctx.fillText(unit, bbox.left - 8 * ratio, bbox.top - 9 * ratio);
  ctx.restore();
}

// The top of the y axis: what is in sight, with room.
function yRange(history, view, plot, series, least) {
  const [from, to] = view.range;
  let most = least;
  const first = Math.max(0, history.indexAt(from)), last = history.indexAt(to);
  series.forEach(({column}, i) => {
    if (!plot.series[i + 1].show) return;
    const values = history.columns[column];
    for (let row = first; row <= last; ++row) most = Math.max(most, values[row]);
  });
  return [0, most * 1.08];
}

function key({color, width, dash, points}) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 22 10");
  svg.setAttribute("aria-hidden", "true");
  svg.style.color = `var(--${color})`;
  svg.innerHTML = points ? '<circle cx="11" cy="5" r="3.75" fill="currentColor"/>' :
    `<path d="M0 5H22" stroke="currentColor" stroke-width="${width + 0.5}" ` +
    `stroke-dasharray="${dash ?? ""}"/>`;
  return svg;
}

// One plot, with its legend. Returns a function that brings it up to date.
export function createPlot(card, kind, history, view) {
  const series = SERIES[kind];
  const isRate = kind === "rates";
  const text = isRate ? rateText : delayText;
  const unit = isRate ? 1e6 : 1;
  const target = card.querySelector(".plot");
  const legend = card.querySelector(".legend");
  const time = card.querySelector(".time");

  // A REMB is a point where it was sent; between REMBs the column repeats the last one.
  const data = () => [history.times, ...series.map(({column, points}) => {
    const values = history.columns[column];
    const {rembs} = history.columns;
    if (!points) return values;
    return values.map((value, row) => (rembs[row] > (rembs[row - 1] ?? 0) ? value : null));
  })];

  const size = () => ({width: target.clientWidth, height: target.clientHeight});
  const axis = {
    stroke: () => css("soft"), font: "12px " + css("sans"), gap: 4,
    ticks: {stroke: () => css("edge"), size: 5, width: 1},
  };
  const plot = new uPlot({
    ...size(), padding: [22, 18, 0, 0], legend: {show: false},
    scales: {
      x: {time: false, range: () => view.range},
      y: {range: (self) => yRange(history, view, self, series, isRate ? 0.5e6 : 50)},
    },
    axes: [
      {...axis, size: 30, space: 64, grid: {show: false},
        values: (self, ticks) => ticks.map((tick) => clockText(tick).replace(".0", ""))},
      {...axis, size: 46, space: 34, ticks: {show: false},
        grid: {stroke: () => css("grid"), width: 1},
        values: (self, ticks) => ticks.map((tick) => String(+(tick / unit).toFixed(2)))},
    ],
    series: [{}, ...series.map(({color, width, dash, fill, step, points, hidden}) => ({
      stroke: () => css(color), width, dash, fill: fill && (() => css(color) + "1f"), show: !hidden,
      paths: points ? () => null : step ? uPlot.paths.stepped({align: 1}) : uPlot.paths.linear(),
      points: {show: Boolean(points), size: 6.5, width: 1.25, fill: () => css(color),
        stroke: () => css("card")},
    }))],
    cursor: {
      y: false, drag: {x: true, y: false, setScale: false, dist: 4},
      sync: {key: "time", scales: ["x", null], setSeries: false},
      bind: {dblclick: () => () => { view.go(); return null; }},
      points: {size: 7, width: 1.5, fill: (self, i) => css(series[i - 1].color),
        stroke: () => css("card")},
    },
    hooks: {
      drawClear: [(self) => drawTints(history, view, self)],
      draw: [(self) => drawTop(history, view, self, isRate ? "Mbit/s" : "ms")],
      setCursor: [() => showValues()],
      setSelect: [(self) => {
        const {left, width} = self.select;
        // The other plot mirrors the selection; only the one under the pointer acts on it.
        if (self.cursor.event && width >= 4) {
          view.hold(self.posToVal(left, "x"), self.posToVal(left + width, "x"));
        }
        self.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
      }],
    },
  }, data(), target);

  const values = series.map((one, i) => {
    const value = element("b");
    const button = element("button", {type: "button", title: one.about}, key(one),
      element("span", {textContent: one.label}), value);
    const shown = () => button.setAttribute("aria-pressed", String(plot.series[i + 1].show));
    button.addEventListener("click", () => {
      plot.setSeries(i + 1, {show: !plot.series[i + 1].show});
      shown();
    });
    shown();
    legend.append(button);
    return value;
  });
  const marks = Object.entries(STATES).map(([state, {label}]) => {
    const square = element("i");
    square.style.background = `var(--${state})`;
    return [state, element("span", {className: "item state"}, square, label)];
  });
  if (isRate) {
    legend.append(element("span", {className: "states"}, ...marks.map(([, mark]) => mark)));
  }

  // The values at the cursor, or the newest in sight.
  function showValues() {
    const under = plot.cursor.left >= 0 && plot.cursor.idx != null;
    const at = under ? plot.posToVal(plot.cursor.left, "x") : view.range[1];
    const row = history.indexAt(at);
    series.forEach(({column}, i) => {
      values[i].textContent = text(history.columns[column][row]);
    });
    for (const [state, mark] of marks) mark.classList.toggle("on", history.states[row] === state);
    time.textContent = row < 0 ? "" : clockText(history.times[row]);
  }

  // Fingers read; the page still scrolls up and down.
  for (const type of ["pointerdown", "pointermove"]) {
    plot.over.addEventListener(type, (event) => {
      if (event.pointerType !== "touch") return;
      plot.syncRect();
      plot.setCursor({left: event.clientX - plot.rect.left, top: 10}, true, true);
    });
  }
  target.addEventListener("keydown", (event) => {
    const action = {
      " ": () => view.toggle(), Escape: () => view.go(), End: () => view.go(),
      ArrowLeft: () => view.move(-1 / 8), ArrowRight: () => view.move(1 / 8),
      "+": () => view.zoom(0.5), "=": () => view.zoom(0.5), "-": () => view.zoom(2),
    }[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  new ResizeObserver(() => plot.setSize(size())).observe(target);
  showValues();
  return () => {
    plot.setData(data());
    showValues();
  };
}
