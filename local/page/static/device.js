import { axis, byId, clock, colour, fill, SHOW_DEVICE, uPlot } from "./kit.js";

/**
 * @import { DeviceAlarms, ShownLimit, ShownOccurrence, ShownReading } from "../shown"
 * @typedef {{ type: string, readings: ShownReading[], limits: ShownLimit[], occurrences: ShownOccurrence[] }} Sensor
 */

const LOOK_EVERY_MS = 3000;
/** A device may have more sensors than a person looks at. */
const MAX_CHARTS = 8;
const HEIGHT = 190;

/** @type {Map<string, { plot: uPlot, holder: HTMLElement, sensor: Sensor }>} */
const charts = new Map();
let shown = "";

/**
 * The device's sensors, those with limits first.
 * @param {DeviceAlarms & { readings: ShownReading[] }} found
 * @returns {Sensor[]}
 */
function sensorsOf({ readings, limits, occurrences }) {
  const types = [...new Set(readings.map(({ sensorType }) => sensorType))].sort();
  const sensors = types.map((type) => ({
    type,
    readings: readings.filter(({ sensorType }) => sensorType === type),
    limits: limits.filter(({ sensorType }) => sensorType.toLowerCase() === type.toLowerCase()),
    occurrences: occurrences.filter(({ key }) => key.endsWith(`/${type}`)),
  }));
  return sensors.sort((a, b) => Number(b.limits.length > 0) - Number(a.limits.length > 0)).slice(0, MAX_CHARTS);
}

/** @param {Sensor} sensor */
const boundsOf = ({ limits }) => limits.flatMap(({ low, high }) => [low ?? [], high ?? []].flat());

/**
 * Draws a line over a chart with a word at it.
 * @param {uPlot} plot
 * @param {{ x?: number, y?: number, word: string, stroke: string, dash: number[] }} line
 */
function drawLine(plot, { x, y, word, stroke, dash }) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const left = x === undefined ? bbox.left : plot.valToPos(x / 1000, "x", true);
  const top = y === undefined ? bbox.top : plot.valToPos(y, "y", true);
  if (left < bbox.left || left > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.fillStyle = stroke;
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash(dash.map((each) => each * ratio));
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.beginPath();
  ctx.moveTo(left, top);
  if (x === undefined) ctx.lineTo(bbox.left + bbox.width, top);
  else ctx.lineTo(left, bbox.top + bbox.height);
  ctx.stroke();
  ctx.fillText(word, left + 3 * ratio, x === undefined ? top - 3 * ratio : bbox.top + 11 * ratio);
  ctx.restore();
}

/**
 * @param {uPlot} plot
 * @param {Sensor} sensor
 */
function drawMarks(plot, { limits, occurrences }) {
  for (const { rule, low, high } of limits)
    for (const y of [low, high])
      if (y !== undefined) drawLine(plot, { y, word: `${rule} ${y}`, stroke: colour("amber"), dash: [6, 4] });
  for (const { n, raisedAt, endedAt } of occurrences) {
    drawLine(plot, { x: raisedAt, word: `▲${n}`, stroke: colour("red"), dash: [] });
    if (endedAt !== undefined) drawLine(plot, { x: endedAt, word: `▼${n}`, stroke: colour("blue"), dash: [2, 3] });
  }
}

/**
 * @param {Sensor} sensor
 * @returns {uPlot.AlignedData}
 */
const dataOf = ({ readings }) => [readings.map((r) => r.timestamp / 1000), readings.map((r) => r.value)];

/** @param {Sensor} sensor */
function build(sensor) {
  const holder = document.createElement("div");
  holder.setAttribute("role", "img");
  byId("device-charts").append(holder);
  const chart = { holder, sensor, plot: /** @type {uPlot} */ (/** @type {unknown} */ (undefined)) };
  chart.plot = new uPlot(
    {
      title: sensor.type,
      width: holder.clientWidth,
      height: HEIGHT,
      cursor: { drag: { x: false, y: false } },
      scales: {
        y: {
          range: (_plot, min, max) => {
            const all = [min ?? 0, max ?? 1, ...boundsOf(chart.sensor)];
            const [low, high] = [Math.min(...all), Math.max(...all)];
            const margin = Math.max(1, (high - low) * 0.1);
            return [low - margin, high + margin];
          },
        },
      },
      axes: [axis(), { ...axis(), size: 55 }],
      series: [
        { value: (_plot, at) => (at === null ? "–" : clock(at * 1000)) },
        { label: "value", stroke: colour("blue"), width: 1.5, points: { show: false } },
      ],
      hooks: { draw: [(plot) => drawMarks(plot, chart.sensor)] },
    },
    dataOf(sensor),
    holder,
  );
  return chart;
}

/** @param {Sensor[]} sensors */
function draw(sensors) {
  const types = sensors.map(({ type }) => type);
  if (types.join("\n") !== [...charts.keys()].join("\n")) clear();
  for (const sensor of sensors) {
    const known = charts.get(sensor.type);
    const chart = known ?? build(sensor);
    chart.sensor = sensor;
    charts.set(sensor.type, chart);
    if (known) known.plot.setData(dataOf(sensor));
    const { length } = sensor.occurrences;
    const marks = length === 0 ? "no alarms" : `${length} ${length === 1 ? "alarm" : "alarms"}`;
    chart.holder.setAttribute(
      "aria-label",
      `Chart: ${sensor.type} with its limits, ${marks}. The tables below have it.`,
    );
  }
}

function clear() {
  for (const { plot } of charts.values()) plot.destroy();
  charts.clear();
  byId("device-charts").replaceChildren();
}

/** @param {string} device */
async function look(device) {
  /** @type {(DeviceAlarms & { readings: ShownReading[] }) | undefined} */
  const found = await fetch(`/api/device?device=${encodeURIComponent(device)}`)
    .then((answer) => (answer.ok ? answer.json() : undefined))
    .catch(() => undefined);
  // Another device was asked for, or a store is broken on purpose.
  if (found === undefined || device !== shown) return;
  draw(sensorsOf(found));
  const { occurrences } = found;
  byId("device-alarms").hidden = occurrences.length === 0;
  fill(
    "device-alarms",
    ["Raised", "Ended", "Alarm"],
    occurrences.map((o) => [
      clock(o.raisedAt),
      o.endedAt === undefined ? "active" : clock(o.endedAt),
      `${o.key}#${o.n}`,
    ]),
  );
}

async function keepLooking() {
  if (shown !== "") await look(shown);
  setTimeout(keepLooking, LOOK_EVERY_MS);
}

addEventListener(SHOW_DEVICE, (event) => {
  shown = /** @type {CustomEvent<string>} */ (event).detail;
  clear();
  void look(shown);
});
addEventListener("resize", () => {
  for (const { plot, holder } of charts.values()) plot.setSize({ width: holder.clientWidth, height: HEIGHT });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", clear);
void keepLooking();
