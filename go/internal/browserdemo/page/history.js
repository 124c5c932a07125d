// What happened in a session, all calls of it, in columns: a row for each sample of the receiver,
// with what getStats said last. The plots draw it and the CSV is it.

const NUMBERS = [
  "time_s", "call", "capacity_bps", "delay_ms", "queue_limit_ms", "loss_percent",
  "browser_target_bps", "browser_available_bps", "sent_bps", "received_bps", "incoming_bps",
  "estimate_bps", "remb_bps", "rembs", "queue_delay_ms", "dropped_packets",
  "rtt_ms", "frame_width", "frame_height", "frames_per_second", "retransmitted_packets",
];

// Rows that are kept: two hours.
const MOST_ROWS = 2 * 3600 * 10;

export class History {
  constructor() {
    this.columns = Object.fromEntries(NUMBERS.map((name) => [name, []]));
    this.states = [];
  }

  get length() { return this.states.length; }

  get times() { return this.columns.time_s; }

  // Appends a row; what it lacks is null. Times must ascend.
  add(row, state) {
    for (const name of NUMBERS) this.columns[name].push(row[name] ?? null);
    this.states.push(state);
    if (this.length > MOST_ROWS) {  // seldom, for it moves everything
      const surplus = MOST_ROWS / 10;
      for (const name of NUMBERS) this.columns[name].splice(0, surplus);
      this.states.splice(0, surplus);
    }
  }

  // Ends the lines, where a call ends.
  gap() {
    if (this.length && this.states[this.length - 1] !== null) {
      this.add({time_s: this.times[this.length - 1] + 1e-3}, null);
    }
  }

  // The last row that is not after a time; -1 if there is none.
  indexAt(time) {
    let low = 0, high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] <= time) low = middle + 1; else high = middle;
    }
    return low - 1;
  }

  csv() {
    const cell = (value) => (value === null ? "" : String(+value.toFixed(3)));
    const lines = [[...NUMBERS, "detector_state"].join(",")];
    this.states.forEach((state, row) => {
      if (state === null) return;
      lines.push([...NUMBERS.map((name) => cell(this.columns[name][row])), state].join(","));
    });
    return lines.join("\n") + "\n";
  }
}
