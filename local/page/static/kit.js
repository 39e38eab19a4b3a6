/**
 * A script of its own has put it here.
 * @type {typeof import("uplot")}
 */
export const uPlot = Reflect.get(globalThis, "uPlot");

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`"${id}" must be an element of the page, got none`);
  return element;
}

/** @param {string} id */
export function inputById(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/** @param {string} name */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/**
 * The time of day, with the date where it is not today's.
 * @param {number} ms
 */
export function clock(ms) {
  const [then, now] = [new Date(ms), new Date()];
  const time = then.toLocaleTimeString("en-GB");
  return then.toDateString() === now.toDateString() ? time : `${then.toLocaleDateString("en-CA")} ${time}`;
}

/** The axis that every chart has. */
export const axis = () => ({
  stroke: colour("quiet"),
  grid: { stroke: colour("line"), width: 0.5 },
  ticks: { show: false },
});

/**
 * A cell of a table. What devices have sent is set as text, never as markup.
 * @param {"th" | "td"} name
 * @param {string} text
 */
export function cell(name, text) {
  const element = document.createElement(name);
  if (element instanceof HTMLTableCellElement && name === "th") element.scope = "col";
  element.textContent = text;
  return element;
}

/**
 * @param {"th" | "td"} name
 * @param {string[]} texts
 */
export function row(name, texts) {
  const element = document.createElement("tr");
  element.append(...texts.map((text) => cell(name, text)));
  return element;
}

/**
 * @param {string} id
 * @param {string[]} heads
 * @param {string[][]} rows
 * @param {string} [none] What the table says without rows.
 */
export function fill(id, heads, rows, none) {
  const head = document.createElement("thead");
  head.append(row("th", heads));
  const body = document.createElement("tbody");
  body.append(...(rows.length > 0 ? rows : none ? [[none]] : []).map((texts) => row("td", texts)));
  byId(id).replaceChildren(head, body);
}

/** The event that a device is wanted, as if it had been looked up. */
export const CHOOSE_DEVICE = "choose-device";
/** The event that a device is looked up. */
export const SHOW_DEVICE = "show-device";
