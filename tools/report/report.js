// Draws the report whose JSON is in the page (report.go and cc/report.h describe it).
(() => {
"use strict";

const $ = (id) => document.getElementById(id);
const report = JSON.parse($("report").textContent);
const root = document.documentElement;
const css = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();

// What a colour role looks like beyond its colour.
const ROLES = {
  estimate: {width: 2.25}, incoming: {width: 1.25, fill: true}, sent: {width: 1.5},
  remb: {width: 1.5}, capacity: {width: 2, dash: [7, 4]}, delay: {width: 1.5, fill: true},
  signal: {width: 1.5}, threshold: {width: 1.5, dash: [5, 4]}, loss: {width: 1.5},
  muted: {width: 1.25, dash: [2, 3]},
};
const role = (series) => (ROLES[series.color] ? series.color : "muted");
const STATES = {
  overusing: {label: "overusing", height: 9}, underusing: {label: "underusing", height: 5},
  normal: {label: "normal", height: 2},
};

// ---- Elements and numbers --------------------------------------------------------------------

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function group(text) {  // 12345.6 -> 12 345.6, and a real minus sign
  return text.replace("-", "\u2212").replace(/\d{5,}/, (digits) =>
    digits.replace(/\B(?=(\d{3})+$)/g, "\u202f"));
}

// Three significant digits, but never fewer than the whole part has.
function decimals(value) {
  const size = Math.abs(value);
  return size === 0 ? 0 : Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

// What stands at an axis: 25 000, but 3\u00b710\u2075.
function tickText(value) {
  const rounded = +value.toFixed(9);
  if (Math.abs(rounded) < 1e5) return group(String(rounded));
  const [digits, power] = rounded.toExponential().split("e+");
  const raised = [...power].map((digit) => SUPERSCRIPTS[digit]);
  return group(digits + "\u00b7").replace(/(?<!\d)1\u00b7$/, "") + "10" + raised.join("");
}

// The unit that suits a number of this size, and what to divide by: 1.2e6 bit/s is 1.2 Mbit/s.
function scaled(unit, size) {
  if (unit !== "bit/s" && unit !== "B") return [1, unit];
  for (const [factor, prefix] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (size >= factor) return [factor, prefix + unit];
  }
  return [1, unit];
}

function text(value, unit) {
  if (value == null) return "\u2013";
  const [factor, name] = scaled(unit, Math.abs(value));
  const number = value / factor;
  return group(number.toFixed(decimals(number))) + (name ? "\u00a0" + name : "");
}

const seconds = (value) => group(value.toFixed(3)) + "\u00a0s";

// The last index whose time is not after t; -1 if there is none.
function indexAt(times, t) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1; else high = middle;
  }
  return low - 1;
}

// ---- The time window that all charts share -----------------------------------------------------

const full = (() => {
  let min = Infinity, max = -Infinity;
  for (const chart of report.charts) {
    for (const {x} of chart.series) {
      if (x.length) { min = Math.min(min, x[0]); max = Math.max(max, x[x.length - 1]); }
    }
    for (const {from, to} of chart.bands) { min = Math.min(min, from); max = Math.max(max, to); }
  }
  if (!(min <= max)) return {min: 0, max: 1};
  if (min > 0 && min < max * 0.05) min = 0;
  return max > min ? {min, max} : {min: min - 0.5, max: max + 0.5};
})();
let view = {...full};
const plots = [];

function show(min, max) {
  const least = Math.max((full.max - full.min) / 1e5, 1e-6);
  const width = Math.min(Math.max(max - min, least), full.max - full.min);
  min = Math.min(Math.max(min, full.min), full.max - width);
  view = {min, max: min + width};
  for (const plot of plots) plot.setScale("x", view);
  const zoomed = width < (full.max - full.min) * (1 - 1e-9);
  $("window").hidden = !zoomed;
  $("window").querySelector("output").textContent =
    `${seconds(view.min)} \u2013 ${seconds(view.max)}`;
}

const showAll = () => show(full.min, full.max);

function zoom(factor, at) {
  show(at - (at - view.min) * factor, at + (view.max - at) * factor);
}

// ---- One chart -------------------------------------------------------------------------------

// The y range of what is visible, with the points just outside from which lines come in.
function yRange(chart, plot) {
  let min = Infinity, max = -Infinity;
  chart.series.forEach((series, index) => {
    if (!plot.series[index + 1].show) return;
    let i = Math.max(0, indexAt(series.x, view.min));
    if (series.kind === "points" && series.x[i] < view.min) ++i;
    for (; i < series.x.length; ++i) {
      const beyond = series.x[i] > view.max;
      if (beyond && series.kind !== "line") break;
      const y = series.y[i];
      if (y != null) { min = Math.min(min, y); max = Math.max(max, y); }
      if (beyond) break;
    }
  });
  if (!(min <= max)) return [0, 1];
  if (min >= 0) return [0, max > 0 ? max * 1.06 : 1];
  const pad = (max - min) * 0.06 || 1;
  return [min - pad, max > 0 ? max + pad : 0];
}

const x = (plot, t) => plot.valToPos(t, "x", true);

function eachVisibleBand(chart, plot, draw) {
  const {left, width} = plot.bbox;
  for (const band of chart.bands) {
    if (band.to < view.min || band.from > view.max || !STATES[band.state]) continue;
    const from = Math.max(left, x(plot, band.from));
    const to = Math.min(left + width, x(plot, band.to));
    draw(band.state, from, Math.max(to - from, uPlot.pxRatio));
  }
}

function drawTints(chart, plot) {
  const {ctx, bbox} = plot;
  ctx.save();
  ctx.globalAlpha = Number(css("tint"));
  for (const tinted of ["underusing", "overusing"]) {
    ctx.beginPath();  // one path, so that bands of a pixel do not add up where they overlap
    eachVisibleBand(chart, plot, (state, from, width) => {
      if (state === tinted) ctx.rect(from, bbox.top, width, bbox.height);
    });
    ctx.fillStyle = css(tinted);
    ctx.fill();
  }
  ctx.restore();
}

// The states again as a strip above the plot, told apart by height too; and the unit of the axis.
function drawTop(chart, plot, unit) {
  const {ctx, bbox} = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  for (const [state, {height}] of Object.entries(STATES).reverse()) {
    ctx.fillStyle = css(state);
    eachVisibleBand(chart, plot, (which, from, width) => {
      if (which === state) {
        ctx.fillRect(from, bbox.top - (height + 4) * ratio, width, height * ratio);
      }
    });
  }
  ctx.font = `${12 * ratio}px ${css("sans")}`;
  ctx.fillStyle = css("soft");
  ctx.textAlign = "right";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(unit, bbox.left - 8 * ratio, bbox.top - 9 * ratio);
  ctx.restore();
}

// Ticks of a squeezed axis: 0 and 1, 3, 10, ... times the linear part, as far as there is room;
// plain ones where only the linear part is seen.
function squeezedTicks(plot, linear, min, max) {
  const most = Math.max(-min, max);
  const sizes = [];
  if (most <= linear) {
    const power = 10 ** Math.floor(Math.log10(most / 2));
    const step = power * [5, 2, 1].find((factor) => power * factor <= most / 2);
    for (let size = step; size <= most; size += step) sizes.push(size);
  } else {
    sizes.push(linear / 2);
    for (let size = linear; size <= most; size *= 10) sizes.push(size, size * 3);
  }
  const ticks = [0];
  let last = 0;
  for (const size of sizes) {
    if (Math.abs(plot.valToPos(size, "y") - plot.valToPos(last, "y")) < 17) continue;
    ticks.push(-size, size);
    last = size;
  }
  return ticks.filter((tick) => tick >= min && tick <= max).sort((a, b) => a - b);
}

function options(chart, size, onCursor) {
  const [step, line] = [uPlot.paths.stepped({align: 1, extend: false}), uPlot.paths.linear()];
  let unit = chart.unit;
  const axis = {
    stroke: () => css("soft"), font: "12px " + css("sans"),
    ticks: {stroke: () => css("edge"), size: 5, width: 1}, gap: 4,
  };
  return {
    ...size, padding: [22, 14, 0, 0], legend: {show: false},
    scales: {
      x: {time: false, range: () => [view.min, view.max]},
      y: {distr: chart.linear ? 4 : 1, asinh: chart.linear || 1,
        range: (plot) => yRange(chart, plot)},
    },
    axes: [
      {...axis, size: 30, space: 64, grid: {show: false}, values: (plot, ticks) =>
        ticks.map((tick, i) => tickText(tick) + (i === ticks.length - 1 ? "\u00a0s" : ""))},
      {...axis, size: 52, space: 34, ticks: {show: false},
        ...(chart.linear && {
          filter: (plot, ticks) => ticks,
          splits: (plot, i, min, max) => squeezedTicks(plot, chart.linear, min, max),
        }),
        grid: {stroke: () => css("grid"), width: 1},
        values: (plot, ticks) => {
          const [factor, name] = scaled(chart.unit, Math.max(...ticks.map(Math.abs)));
          unit = name;
          return ticks.map((tick) => tickText(tick / factor));
        }},
    ],
    series: [{}, ...chart.series.map((series) => {
      const {width, dash, fill} = ROLES[role(series)];
      const color = () => css(role(series));
      const points = series.kind === "points";
      return {
        stroke: color, width, dash, fill: fill && !points ? () => color() + "1f" : undefined,
        paths: points ? () => null : series.kind === "step" ? step : line,
        points: {show: points || series.x.length === 1, width: 1.25,
          size: window.innerWidth < 640 ? 5 : 6.5,
          fill: color, stroke: () => css("card")},
      };
    })],
    cursor: {
      y: false, drag: {x: true, y: false, setScale: false, dist: 4},
      sync: {key: "time", scales: ["x", null], setSeries: false},
      bind: {dblclick: () => () => { showAll(); return null; }},
      points: {size: 7, width: 1.5, fill: (plot, i) => css(role(chart.series[i - 1])),
        stroke: () => css("card")},
      // A series says what held last before the cursor.
      dataIdx: (plot, i, nearest, t) => {
        while (nearest >= 0 && (plot.data[0][nearest] > t || plot.data[i][nearest] === undefined)) {
          --nearest;
        }
        return nearest < 0 ? null : nearest;
      },
    },
    hooks: {
      drawClear: [(plot) => drawTints(chart, plot)],
      draw: [(plot) => { drawTop(chart, plot, unit); onCursor(plot); }],
      setCursor: [onCursor],
      setSelect: [(plot) => {
        const {left, width} = plot.select;
        // The other charts mirror the selection; only the one under the pointer acts on it.
        if (plot.cursor.event && width >= 4) {
          show(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
        }
        plot.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
      }],
    },
  };
}

// The legend: a switch for each label (series of one label share it) with the value at the cursor,
// or at the end of the window; then the states. Returns a function that brings it up to date.
function buildLegend(chart, legend, time, getPlot) {
  const labels = [...new Set(chart.series.map((series) => series.label))];
  const items = labels.map((label) => {
    const members = chart.series.flatMap((s, i) => (s.label === label ? [i] : []));
    const series = chart.series[members[0]];
    const {width, dash} = ROLES[role(series)];
    const key = '<svg viewBox="0 0 22 10" aria-hidden="true" ' +
      `style="color:var(--${role(series)})">` +
      (series.kind === "points" ? '<circle cx="11" cy="5" r="3.75" fill="currentColor"/>' :
        `<path d="M0 5H22" stroke="currentColor" stroke-width="${width + 0.5}" ` +
        `stroke-dasharray="${dash || ""}"/>`) + "</svg>";
    const value = element("b");
    const button = element("button", {type: "button", "aria-pressed": "true"});
    button.innerHTML = key;
    button.append(element("span", {}, label), value);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      for (const i of members) getPlot().setSeries(i + 1, {show: on});
    });
    legend.append(button);
    return {value, index: members[0]};
  });

  const used = Object.keys(STATES).filter((s) => chart.bands.some((band) => band.state === s));
  const froms = chart.bands.map((band) => band.from);
  const states = element("span", {class: "states"});
  const marks = used.map((state) => {
    const mark = element("span", {class: "item state"},
      element("i", {style: `background:var(--${state})`}), STATES[state].label);
    states.append(mark);
    return {state, mark};
  });
  if (used.length) legend.append(states);

  return (plot) => {
    const inside = plot.cursor.idx != null && plot.cursor.left >= 0;
    const t = inside ? plot.posToVal(plot.cursor.left, "x") : view.max;
    time.textContent = "at " + seconds(t);
    for (const {value, index} of items) {
      const series = chart.series[index];
      value.textContent = text(series.y[indexAt(series.x, t)], chart.unit);
    }
    const band = chart.bands[indexAt(froms, t)];
    for (const {state, mark} of marks) {
      mark.classList.toggle("on", band !== undefined && band.state === state && t <= band.to);
    }
  };
}

// Fingers: one reads values, two zoom. Ctrl or Shift with the wheel zooms, and so do the keys.
function addGestures(plot, target) {
  const fingers = new Map();
  const timeOf = (event) => plot.posToVal(event.clientX - plot.rect.left, "x");
  let held = null;  // the times under two fingers when they touched
  const down = (event) => {
    if (event.pointerType !== "touch") return;
    plot.syncRect();
    fingers.set(event.pointerId, event);
    held = fingers.size === 2 ? [...fingers.values()].map(timeOf).sort((a, b) => a - b) : null;
  };
  const move = (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (held === null) {
      plot.setCursor({left: event.clientX - plot.rect.left, top: 10}, true, true);
      return;
    }
    const [a, b] = [...fingers.values()].map((f) => (f.clientX - plot.rect.left) / plot.rect.width)
      .sort((left, right) => left - right);
    const perWidth = (held[1] - held[0]) / Math.max(b - a, 0.05);
    show(held[0] - a * perWidth, held[0] + (1 - a) * perWidth);
  };
  const up = (event) => { fingers.delete(event.pointerId); held = null; };
  for (const [type, listener] of Object.entries({pointerdown: down, pointermove: move,
    pointerup: up, pointercancel: up})) plot.over.addEventListener(type, listener);
  plot.over.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    zoom(Math.exp((event.deltaY || event.deltaX) * 0.002), timeOf(event));
  }, {passive: false});
  target.addEventListener("keydown", (event) => {
    const middle = (view.min + view.max) / 2, step = (view.max - view.min) / 8;
    const action = {
      ArrowLeft: () => show(view.min - step, view.max - step),
      ArrowRight: () => show(view.min + step, view.max + step),
      "+": () => zoom(0.5, middle), "=": () => zoom(0.5, middle), "-": () => zoom(2, middle),
      "0": showAll, Escape: showAll, Home: showAll,
    }[event.key];
    if (action && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      action();
    }
  });
}

// A series as it is drawn: a step holds until the gap that ends it, so it gets a point there.
function points(series) {
  if (series.kind !== "step") return [series.x, series.y];
  const drawn = [[], []];
  const add = (time, value) => { drawn[0].push(time); drawn[1].push(value); };
  series.x.forEach((time, i) => {
    const held = series.y[i] == null ? series.y[i - 1] : null;
    if (held != null) add(time, held);
    add(held == null ? time : time + (full.max - full.min) * 1e-7, series.y[i]);
  });
  return drawn;
}

function buildChart(chart) {
  const time = element("span", {class: "time"});
  const legend = element("div", {class: "legend"});
  const target = element("div", {class: "plot", tabindex: "0", role: "application",
    "aria-label": chart.title + ": plot over time"});
  const card = element("section", {class: "chart"},
    element("div", {class: "head"}, element("h2", {}, chart.title), time));
  const squeezed = chart.linear &&
    `Beyond \u00b1${chart.linear}\u00a0${chart.unit} the axis is logarithmic.`;
  const about = [chart.note, squeezed].filter(Boolean).join(" ");
  if (about) card.append(element("p", {class: "about"}, about));
  card.append(legend, target);
  $("charts").append(card);
  if (!chart.series.some((series) => series.x.length)) {
    target.replaceWith(element("p", {class: "empty"}, "Nothing was measured."));
    return;
  }

  const size = () => {
    const paper = root.classList.contains("print");
    const height = chart.height || 260;
    const small = paper || window.innerWidth < 640;
    return {width: paper ? 680 : target.clientWidth,
      height: small ? Math.max(190, height * 0.75) : height};
  };
  let plot = null;
  const update = buildLegend(chart, legend, time, () => plot);
  // 2: a gap stays one where other series have points in it.
  const data = uPlot.join(chart.series.map(points), chart.series.map(() => [0, 2]));
  plot = new uPlot(options(chart, size(), update), data, target);
  plots.push(plot);
  addGestures(plot, target);
  plot.fit = () => plot.setSize(size());
  new ResizeObserver(plot.fit).observe(target);
}

// ---- The page ----------------------------------------------------------------------------------

document.title = report.title;
$("title").textContent = report.title;
$("subtitle").textContent = report.subtitle;
for (const fact of report.summary) {
  const value = element("dd", {}, fact.value);
  if (fact.unit) value.append("\u00a0", element("small", {}, fact.unit));
  const entry = element("div", {}, element("dt", {}, fact.label), value);
  if (fact.note) entry.append(element("dd", {class: "note"}, fact.note));
  $("summary").append(entry);
}
report.charts.forEach(buildChart);
$("window").querySelector("button").addEventListener("click", showAll);

const redraw = () => plots.forEach((plot) => plot.redraw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
// Paper is light, and narrower than most windows.
for (const [type, paper] of [["beforeprint", true], ["afterprint", false]]) {
  addEventListener(type, () => {
    root.classList.toggle("print", paper);
    plots.forEach((plot) => plot.fit());
  });
}
})();
