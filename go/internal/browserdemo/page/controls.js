// The sliders, presets and choices. They say what is to be; app.js tells the server.
import {rateText} from "./view.js";

const range = (from, to, step) =>
  Array.from({length: Math.round((to - from) / step) + 1}, (_, i) => from + i * step);

// Rates in steps of about a tenth, as round numbers.
const RATES = [
  ...range(100, 300, 20), ...range(350, 1000, 50), ...range(1100, 2000, 100),
  ...range(2250, 4000, 250), ...range(4500, 10000, 500),
].map((kbps) => kbps * 1000);
const UNLIMITED = 0;

// Sliders step through values, so that a key press is a sensible step at either end.
const SLIDERS = {
  capacity_bps: {
    group: "link", label: "Capacity", values: [...RATES, UNLIMITED],
    text: (bps) => (bps === UNLIMITED ? "unlimited" : rateText(bps)),
  },
  delay_ms: {
    group: "link", label: "Delay, one way", text: (ms) => `${ms} ms`,
    values: [...range(0, 100, 5), ...range(110, 200, 10), ...range(225, 500, 25)],
  },
  queue_ms: {
    group: "link", label: "Queue, longest wait", text: (ms) => `${ms} ms`,
    values: [...range(20, 100, 10), ...range(125, 300, 25), ...range(350, 1000, 50),
      1500, 2000, 3000],
  },
  loss_percent: {
    group: "link", label: "Loss at random", text: (percent) => `${percent} %`,
    values: [0, 0.1, 0.2, 0.5, ...range(1, 10, 1), 12, 15, 20, 25, 30],
  },
  max_bitrate_bps: {
    group: "remb", label: "REMB’s maximum", values: [...RATES, UNLIMITED],
    text: (bps) => (bps === UNLIMITED ? "none" : rateText(bps)),
  },
  factor: {
    group: "remb", label: "Knowing, of the capacity", only: "knowing",
    text: (share) => `${Math.round(share * 100)} %`,
    values: range(0.5, 1.2, 0.05).map((value) => +value.toFixed(2)),
  },
};

export const PRESETS = {
  wifi: {capacity_bps: 8e6, delay_ms: 10, queue_ms: 100, loss_percent: 0},
  mobile: {capacity_bps: 1.2e6, delay_ms: 60, queue_ms: 500, loss_percent: 0.5},
  bloat: {capacity_bps: 1e6, delay_ms: 30, queue_ms: 2000, loss_percent: 0},
  lossy: {capacity_bps: 4e6, delay_ms: 40, queue_ms: 300, loss_percent: 2},
};

// The script: capacities, each for so many seconds; the last one stays.
const SCRIPT = [2e6, 0.6e6, 2e6];
const SCRIPT_STEP = 20;
const SCRIPT_NAME = SCRIPT.map((bps) => bps / 1e6).join(" → ") + " Mbit/s";

const ABOUT = {
  libremb: "What the library estimates from the packets that arrive.",
  knowing: "The yardstick: a receiver that is told the capacity and sends a share of it.",
  none: "No REMB is sent: the browser keeps to the last one, or goes by loss if there was none.",
};

export class Controls {
  #values;
  #rows = {};
  #script = null;

  // changed(group, settings) is called with all of a group when one of it has changed.
  constructor(form, values, changed) {
    this.form = form;
    this.changed = changed;
    this.#values = {...values};
    for (const [name, slider] of Object.entries(SLIDERS)) this.#addSlider(name, slider);
    for (const input of form.elements.remb) {
      input.addEventListener("change", () => this.set({source: input.value}));
    }
    for (const button of form.querySelectorAll("[data-preset]")) {
      button.addEventListener("click", () => {
        this.stopScript();
        this.set(PRESETS[button.dataset.preset]);
      });
    }
    this.script = form.querySelector("#script");
    this.script.addEventListener("click", () => {
      if (this.#script) this.stopScript(); else this.runScript();
    });
    this.stopScript();
    this.#show();
  }

  // What PUT .../link takes.
  get link() { return this.#pick("link"); }

  // What PUT .../remb takes.
  get remb() { return {source: this.#values.source, ...this.#pick("remb")}; }

  #pick(group) {
    return Object.fromEntries(Object.keys(SLIDERS).filter((name) => SLIDERS[name].group === group)
      .map((name) => [name, this.#values[name]]));
  }

  // Changes some values.
  set(values) {
    Object.assign(this.#values, values);
    this.#show();
    const groups = new Set(Object.keys(values).map((name) => SLIDERS[name]?.group ?? "remb"));
    for (const group of groups) this.changed(group, this[group]);
  }

  runScript() {
    const start = performance.now();
    let step = -1;
    const tick = () => {
      const seconds = (performance.now() - start) / 1000;
      const now = Math.min(Math.floor(seconds / SCRIPT_STEP), SCRIPT.length);
      if (now === SCRIPT.length) return this.stopScript();
      if (now !== step) this.set({capacity_bps: SCRIPT[step = now]});
      const left = Math.ceil(SCRIPT_STEP * SCRIPT.length - seconds);
      this.script.textContent = `Stop ${SCRIPT_NAME} (${left} s)`;
      this.script.style.setProperty("--done", `${100 * seconds / SCRIPT_STEP / SCRIPT.length}%`);
    };
    this.#script = setInterval(tick, 200);
    this.script.setAttribute("aria-pressed", "true");
    tick();
  }

  stopScript() {
    clearInterval(this.#script);
    this.#script = null;
    this.script.setAttribute("aria-pressed", "false");
    this.script.textContent = SCRIPT_NAME;
    this.script.title = `${SCRIPT_STEP} s each`;
    this.script.style.removeProperty("--done");
  }

  #addSlider(name, {group, label, values}) {
    const row = document.createElement("div");
    row.className = "slider";
    const input = Object.assign(document.createElement("input"), {
      type: "range", id: "slider-" + name, min: 0, max: values.length - 1, step: 1,
    });
    const caption = Object.assign(document.createElement("label"), {
      htmlFor: input.id, textContent: label,
    });
    const output = document.createElement("output");
    output.htmlFor = input.id;
    row.append(caption, output, input);
    this.form.querySelector("#" + group).append(row);
    input.addEventListener("input", () => {
      if (name === "capacity_bps") this.stopScript();
      this.set({[name]: values[input.value]});
    });
    this.#rows[name] = {row, input, output};
  }

  #show() {
    for (const [name, {row, input, output}] of Object.entries(this.#rows)) {
      const {values, text, only} = SLIDERS[name];
      const value = this.#values[name];
      row.hidden = only !== undefined && only !== this.#values.source;
      // The nearest step: a value from elsewhere may lie between two. Unlimited has its own.
      const distance = (other) => (value === UNLIMITED || other === UNLIMITED ?
        (value === other ? -1 : Infinity) : Math.abs(other - value));
      const nearest = values.reduce((best, other, i) =>
        (distance(other) < distance(values[best]) ? i : best), 0);
      input.value = nearest;
      input.style.setProperty("--at", nearest / (values.length - 1));
      output.textContent = text(value);
      input.setAttribute("aria-valuetext", text(value));
    }
    for (const input of this.form.elements.remb) {
      input.checked = input.value === this.#values.source;
    }
    this.form.querySelector("#remb-about").textContent = ABOUT[this.#values.source];
  }
}
