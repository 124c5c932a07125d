// How numbers are written, and which stretch of time is seen.

export function rateText(bps) {
  if (bps == null) return "\u2013";
  if (bps < 1e6) return `${Math.round(bps / 1e3)}\u00a0kbit/s`;
  return `${(bps / 1e6).toFixed(bps < 10e6 ? 2 : 1)}\u00a0Mbit/s`;
}

export const delayText = (ms) => (ms == null ? "\u2013" : `${ms.toFixed(ms < 10 ? 1 : 0)}\u00a0ms`);

export function clockText(seconds) {
  const tenths = Math.round(seconds * 10);
  return `${Math.floor(tenths / 600)}:${(tenths % 600 / 10).toFixed(1).padStart(4, "0")}`;
}

// The span of time that all plots show: the newest seconds, or, while it is held, what it is told.
export class View {
  span = 60;
  held = null;
  listeners = [];

  constructor(history) { this.history = history; }

  get range() {
    if (this.held) return this.held;
    const end = Math.max(this.history.times.at(-1) ?? 0, Math.min(this.span, 15));
    return [Math.max(0, end - this.span), Math.max(end, 1)];
  }

  hold(from, to) {
    const end = this.history.times.at(-1) ?? 1;
    const width = Math.min(Math.max(to - from, 0.5), Math.max(end, 1));
    from = Math.max(Math.min(from, end - width), 0);
    this.held = [from, from + width];
    this.changed();
  }

  go() {
    this.held = null;
    this.changed();
  }

  toggle() {
    if (this.held) this.go(); else this.hold(...this.range);
  }

  // Moves by a share of what is seen, or zooms around its middle.
  move(share) {
    const [from, to] = this.range;
    this.hold(from + share * (to - from), to + share * (to - from));
  }

  zoom(factor) {
    const [from, to] = this.range;
    const middle = (from + to) / 2, half = (to - from) / 2 * factor;
    this.hold(middle - half, middle + half);
  }

  changed() { for (const listener of this.listeners) listener(); }
}
