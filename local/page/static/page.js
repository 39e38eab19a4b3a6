import { axis, byId, CHOOSE_DEVICE, clock, colour, fill, inputById, SHOW_DEVICE, uPlot } from "./kit.js";

/**
 * @import { Sample, Totals } from "../samples"
 * @import { ShownAnomaly, ShownReading, ShownReject } from "../shown"
 * @typedef {{ title: string, lines: [label: string, colour: string, pick: (sample: Sample) => number | null][] }} Chart
 */

const SVG = "http://www.w3.org/2000/svg";
const MAX_SAMPLES = 300;
const ANNOUNCE_EVERY_MS = 10_000;
const REJECTED_EVERY_MS = 5000;

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * What a reading's time says beside its verdict: a clock that is ahead of ours.
 * @param {ShownReading} reading
 */
function verdictOf({ timestamp, isAnomaly }) {
  const ahead = timestamp - Date.now();
  const verdict = isAnomaly ? "anomaly" : "normal";
  if (ahead <= CLOCK_TOLERANCE_MS) return verdict;
  const hours = ahead / 3_600_000;
  return `${verdict}, ahead ${hours >= 2 ? `${Math.round(hours)} h` : `${Math.round(ahead / 60_000)} min`}`;
}
/** @param {number} value */
const rate = (value) => `${tenth.format(value)}/s`;
/** @type {Sample[]} */
const samples = [];

/* The picture */

const PARTS = ["Devices", "MQTT + rule", "Stream", "Function", "Stores"];
/** @type {Map<string, SVGElement>} */
const labels = new Map();

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function svg(name, attributes, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  byId("flow").append(element);
  return element;
}

PARTS.forEach((part, index) => {
  const x = 10 + index * 185;
  svg("rect", { x, y: 35, width: 115, height: 66, rx: 8 });
  svg("text", { x: x + 57, y: 63 }, part);
  labels.set(part, svg("text", { x: x + 57, y: 85, class: "quiet" }));
  if (index === PARTS.length - 1) return;
  svg("path", { d: `M${x + 120} 68h58m-7-5l7 5l-7 5` });
  labels.set(`after ${part}`, svg("text", { x: x + 149, y: 56, class: "rate" }));
});
const below = svg("text", { x: 450, y: 132, class: "quiet" });

/** @param {Sample} sample */
function drawFlow({ totals, perSecond, lagMs, onTheirWay }) {
  const lag = `${tenth.format(lagMs / 1000)} s`;
  const texts = {
    "MQTT + rule": `${whole.format(totals.ruleErrors)} rule errors`,
    Stream: `lag ${lag}`,
    Function: `${whole.format(onTheirWay)} waiting`,
    Stores: `${whole.format(totals.stored)} stored`,
    Devices: `${whole.format(totals.published)} sent`,
    "after Devices": rate(perSecond.published),
    "after MQTT + rule": rate(Math.max(0, perSecond.published - perSecond.ruleErrors)),
    "after Stream": rate(perSecond.stored + perSecond.rejected),
    "after Function": rate(perSecond.stored),
  };
  for (const [name, text] of Object.entries(texts)) {
    const label = labels.get(name);
    if (label) label.textContent = text;
  }
  below.textContent = `${whole.format(totals.anomalies)} anomalies · ${whole.format(totals.rejected)} rejected`;
  byId("flow-text").textContent =
    `Devices send ${rate(perSecond.published)}, the function stores ${rate(perSecond.stored)}, ` +
    `it rejects ${rate(perSecond.rejected)}, lag ${lag}.`;
}

/* The charts */

/** @type {Chart[]} */
const CHARTS = [
  {
    title: "Throughput, per second",
    lines: [
      ["sent", "quiet", (s) => s.perSecond.published],
      ["stored", "blue", (s) => s.perSecond.stored],
    ],
  },
  {
    title: "Latency, ms",
    lines: [
      ["median", "blue", (s) => s.latencyMs?.p50 ?? null],
      ["95 of 100", "amber", (s) => s.latencyMs?.p95 ?? null],
    ],
  },
  { title: "Anomalies, per second", lines: [["anomalies", "amber", (s) => s.perSecond.anomalies]] },
  { title: "Rejected, per second", lines: [["rejected", "red", (s) => s.perSecond.rejected]] },
];
/** @type {{ chart: Chart, plot: uPlot, holder: HTMLElement }[]} */
let charts = [];

/**
 * @param {Chart} chart
 * @returns {uPlot.AlignedData}
 */
function chartData({ lines }) {
  return [samples.map((s) => s.at / 1000), ...lines.map(([, , pick]) => samples.map(pick))];
}

function buildCharts() {
  byId("charts").replaceChildren();
  const holders = CHARTS.map(({ title }) => {
    const holder = document.createElement("div");
    holder.setAttribute("role", "img");
    holder.setAttribute("aria-label", `Chart: ${title}. The table below has its numbers.`);
    return holder;
  });
  // All of them, before one is measured: how many there are decides how wide each is.
  byId("charts").append(...holders);
  charts = CHARTS.map((chart, index) => {
    const holder = /** @type {HTMLElement} */ (holders[index]);
    const plot = new uPlot(
      {
        title: chart.title,
        width: holder.clientWidth,
        height: 170,
        cursor: { drag: { x: false, y: false } },
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 0) * 1.1)] } },
        axes: [axis(), { ...axis(), size: 55 }],
        series: [
          { value: (_plot, at) => (at === null ? "–" : clock(at * 1000)) },
          ...chart.lines.map(([label, name], index) => ({
            label,
            stroke: colour(name),
            width: 2,
            // Told apart without colours, too.
            dash: index === 1 ? [6, 3] : [],
            points: { show: false },
            value: (/** @type {uPlot} */ _plot, /** @type {number | null} */ value) =>
              value === null ? "–" : tenth.format(value),
          })),
        ],
      },
      chartData(chart),
      holder,
    );
    return { chart, plot, holder };
  });
}

function drawCharts() {
  for (const { chart, plot } of charts) plot.setData(chartData(chart));
}
addEventListener("resize", () => {
  for (const { plot, holder } of charts) plot.setSize({ width: holder.clientWidth, height: 170 });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", buildCharts);

/* The tables */

function fillSamples() {
  const heads = ["Time", "Sent/s", "Stored/s", "Anomalies/s", "Rejected/s", "Median ms", "95 of 100 ms", "Lag ms"];
  /** @type {(keyof Totals)[]} */
  const counted = ["published", "stored", "anomalies", "rejected"];
  const rows = samples
    .slice(-30)
    .reverse()
    .map((s) => [
      clock(s.at),
      ...counted.map((name) => tenth.format(s.perSecond[name])),
      s.latencyMs ? whole.format(s.latencyMs.p50) : "–",
      s.latencyMs ? whole.format(s.latencyMs.p95) : "–",
      whole.format(s.lagMs),
    ]);
  fill("samples", heads, rows);
}

async function showRejected() {
  try {
    /** @type {{ anomalies: ShownAnomaly[], rejects: ShownReject[] }} */
    const { anomalies, rejects } = await (await fetch("/api/findings")).json();
    fill(
      "anomalies",
      ["Time", "Device", "Type", "Value", "Reason"],
      anomalies.map((a) => [clock(a.at), a.deviceId, a.sensorType, a.value === null ? "" : String(a.value), a.reason]),
      "None yet",
    );
    fill(
      "rejects",
      ["Time", "Device", "Reason", "Payload"],
      rejects.map((r) => [clock(r.at), r.deviceId, `${r.reason}: ${r.detail}`, r.payload]),
      "None yet",
    );
  } catch {
    // A store that is broken on purpose; the next look may succeed.
  }
  setTimeout(showRejected, REJECTED_EVERY_MS);
}

let lookups = 0;
byId("lookup").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  const device = inputById("device").value.trim();
  const lookup = ++lookups;
  dispatchEvent(new CustomEvent(SHOW_DEVICE, { detail: device }));
  /** @type {ShownReading[] | undefined} */
  const readings = await fetch(`/api/readings?device=${encodeURIComponent(device)}`)
    .then((response) => (response.ok ? response.json() : undefined))
    .catch(() => undefined);
  // A slow answer must not replace that of a later question.
  if (lookup !== lookups) return;
  if (readings === undefined) {
    byId("found").textContent = "The table did not answer. Try again.";
    byId("readings").replaceChildren();
    return;
  }
  byId("found").textContent =
    readings.length === 0 ? `No readings of ${device}.` : `The latest ${readings.length} readings of ${device}.`;
  fill(
    "readings",
    ["Time", "Type", "Value", "Verdict"],
    readings.map((r) => [clock(r.timestamp), r.sensorType, String(r.value), verdictOf(r)]),
  );
});

addEventListener(CHOOSE_DEVICE, (event) => {
  inputById("device").value = /** @type {CustomEvent<string>} */ (event).detail;
  /** @type {HTMLFormElement} */ (byId("lookup")).requestSubmit();
  byId("device-title").scrollIntoView();
});

/* Live */

let announcedAt = 0;
function show() {
  const last = samples.at(-1);
  if (!last) return;
  drawFlow(last);
  drawCharts();
  fillSamples();
  // A screen reader reads each change aloud: not every second.
  if (Date.now() - announcedAt < ANNOUNCE_EVERY_MS) return;
  announcedAt = Date.now();
  const { stored, anomalies, rejected } = last.totals;
  byId("summary").textContent =
    `${whole.format(stored)} readings stored, ${whole.format(anomalies)} anomalies, ${whole.format(rejected)} rejected, ` +
    `lag ${tenth.format(last.lagMs / 1000)} s.`;
}

const live = new EventSource("/api/live");
live.addEventListener("history", ({ data }) => {
  samples.splice(0, samples.length, ...JSON.parse(data));
  show();
});
live.addEventListener("sample", ({ data }) => {
  samples.push(JSON.parse(data));
  if (samples.length > MAX_SAMPLES) samples.shift();
  show();
});
live.addEventListener("error", () => {
  announcedAt = 0;
  byId("summary").textContent = "The run has ended, or does not answer.";
});
buildCharts();
showRejected();
