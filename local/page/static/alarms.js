import { byId, CHOOSE_DEVICE, cell, clock, inputById, row } from "./kit.js";

/**
 * @import { AlarmDeed, ShownAlarm } from "../shown"
 * @typedef {{ element: HTMLTableRowElement, cells: HTMLElement[], buttons: Map<string, HTMLButtonElement>, alarm: ShownAlarm }} Row
 */

const LOOK_EVERY_MS = 2000;
const HEADS = ["State", "Device", "Alarm", "Value", "Since", "Acknowledged by", "Do"];
/** Rows that are shown: a flood is told by its number. */
const MAX_ROWS = 100;

/** @type {Map<string, Row>} */
const rows = new Map();
const body = document.createElement("tbody");
const name = inputById("who");
const dialog = /** @type {HTMLDialogElement} */ (byId("shelf"));
name.value = localStorage.getItem("who") ?? "";
name.addEventListener("change", () => localStorage.setItem("who", name.value.trim()));

/** @param {ShownAlarm} alarm */
function stateWords({ state, noData, shelved, shelvedUntil, suppressedBy }) {
  const words = [state === "returned" ? "over, not acknowledged" : state];
  if (noData) words.push("no data");
  if (shelved) words.push(shelvedUntil === undefined ? "shelved" : `shelved until ${clock(shelvedUntil)}`);
  if (suppressedBy !== undefined) words.push(`not told: ${suppressedBy}`);
  return words.join(", ");
}

/** @param {ShownAlarm} alarm */
function valueWords({ value, limit, peak }) {
  if (value === undefined) return "";
  const words = [String(value)];
  if (limit !== undefined) words.push(`limit ${limit}`);
  if (peak !== undefined && peak !== value) words.push(`peak ${peak}`);
  return words.join(", ");
}

/** @param {ShownAlarm} alarm */
function ruleWords({ priority, rule, sensorType, occurrence, state }) {
  const what = `[${priority}] ${rule}${sensorType === undefined ? "" : ` of ${sensorType}`}`;
  // Until it is raised it has no number of its own.
  return state === "raising" ? what : `${what} #${occurrence}`;
}

/**
 * Asks for something to be done, and says what became of it.
 * @param {AlarmDeed} deed
 * @param {string} done
 */
async function carryOut(deed, done) {
  const answer = await fetch("/api/alarms", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(deed),
  }).catch(() => undefined);
  const refused = answer === undefined || !answer.ok;
  const { problem = "the run does not answer" } = refused ? await (answer?.json() ?? {}) : {};
  // What is said is in the list already.
  await look();
  byId("alarm-done").textContent = refused ? `${deed.alarm}: ${problem}.` : `${done}: ${deed.alarm}.`;
}

/** Whoever has not said who they are is asked for it first. */
function who() {
  if (name.reportValidity()) return name.value.trim();
  name.focus();
  return undefined;
}

/** @param {ShownAlarm} alarm */
function acknowledge({ alarm }) {
  const by = who();
  if (by !== undefined) void carryOut({ alarm, deed: "ack", by }, "Acknowledged");
}

/** @type {ShownAlarm | undefined} */
let shelving;
/** @param {ShownAlarm} alarm */
function shelve(alarm) {
  const by = who();
  if (by === undefined) return;
  if (alarm.shelved) {
    void carryOut({ alarm: alarm.alarm, deed: "unshelve", by }, "Not shelved any more");
    return;
  }
  shelving = alarm;
  byId("shelf-title").textContent = `Shelve ${alarm.alarm}`;
  dialog.showModal();
}
byId("shelf-form").addEventListener("submit", () => {
  const by = who();
  if (shelving === undefined || by === undefined) return;
  const [forMs, note] = [Number(inputById("shelf-for").value), inputById("shelf-note").value.trim()];
  void carryOut({ alarm: shelving.alarm, deed: "shelve", by, forMs, note }, "Shelved");
});
byId("shelf-cancel").addEventListener("click", () => dialog.close());

/**
 * A row that stays as long as its alarm: who has the keyboard on one of its buttons keeps it.
 * @param {ShownAlarm} alarm
 * @returns {Row}
 */
function newRow(alarm) {
  const element = document.createElement("tr");
  const cells = HEADS.map(() => cell("td", ""));
  /** @type {Map<string, HTMLButtonElement>} */
  const buttons = new Map();
  /** @type {Row} */
  const own = { element, cells, buttons, alarm };
  /** @type {[string, HTMLElement | undefined, () => void][]} */
  const deeds = [
    ["device", cells[1], () => dispatchEvent(new CustomEvent(CHOOSE_DEVICE, { detail: own.alarm.device }))],
    ["ack", cells[6], () => acknowledge(own.alarm)],
    ["shelve", cells[6], () => shelve(own.alarm)],
  ];
  for (const [what, place, act] of deeds) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = what;
    button.addEventListener("click", act);
    buttons.set(what, button);
    place?.append(button);
  }
  element.append(...cells);
  return own;
}

/** @param {Row} row */
function fillRow({ element, cells, buttons, alarm }) {
  element.dataset.state = alarm.state;
  const texts = [stateWords(alarm), undefined, ruleWords(alarm), valueWords(alarm), clock(alarm.since)];
  [...texts, alarm.acknowledgedBy ?? ""].forEach((text, place) => {
    const at = cells[place];
    if (at && text !== undefined && at.textContent !== text) at.textContent = text;
  });
  const isDone = alarm.state === "acknowledged" || alarm.acknowledgedBy !== undefined || alarm.state === "raising";
  const labels = { device: alarm.device, ack: "Acknowledge", shelve: alarm.shelved ? "Unshelve" : "Shelve" };
  for (const [what, button] of buttons) {
    const label = labels[/** @type {keyof typeof labels} */ (what)];
    if (button.textContent !== label) button.textContent = label;
    button.setAttribute("aria-label", what === "device" ? `Show ${label}` : `${label} ${alarm.alarm}`);
  }
  const ack = buttons.get("ack");
  // Not "disabled", which would take the keyboard away from it.
  ack?.setAttribute("aria-disabled", String(isDone));
}

/** @param {ShownAlarm[]} alarms */
function show(alarms) {
  const shown = alarms.slice(0, MAX_ROWS);
  const names = new Set(shown.map(({ alarm }) => alarm));
  for (const [key, { element }] of rows) {
    if (names.has(key)) continue;
    // Its alarm is over: the keyboard goes to the list.
    if (element.contains(document.activeElement)) byId("alarm-list").focus();
    element.remove();
    rows.delete(key);
  }
  shown.forEach((alarm, place) => {
    const own = rows.get(alarm.alarm) ?? newRow(alarm);
    own.alarm = alarm;
    rows.set(alarm.alarm, own);
    fillRow(own);
    // Moved only where it is elsewhere: a row that is moved loses the keyboard.
    if (body.children[place] !== own.element) body.insertBefore(own.element, body.children[place] ?? null);
  });
  const more = alarms.length > shown.length ? `, the latest ${shown.length} of them shown` : "";
  const words =
    alarms.length === 0 ? "No alarms." : `${alarms.length} ${alarms.length === 1 ? "alarm" : "alarms"}${more}.`;
  const told = byId("alarm-count");
  if (told.textContent !== words) told.textContent = words;
}

/** Looks are numbered as they begin: an answer that a later look has overtaken is older than what is shown. */
let [begun, latestShown] = [0, 0];

async function look() {
  const number = ++begun;
  const found = await fetch("/api/alarms")
    .then((answer) => (answer.ok ? answer.json() : undefined))
    .catch(() => undefined);
  // A table that is broken on purpose; the next look may succeed.
  if (found === undefined || number < latestShown) return;
  latestShown = number;
  byId("alarm-section").hidden = !found.isWatched;
  if (found.isWatched) show(found.alarms);
}

async function keepLooking() {
  await look();
  setTimeout(keepLooking, LOOK_EVERY_MS);
}

const head = document.createElement("thead");
head.append(row("th", HEADS));
byId("alarms").replaceChildren(head, body);
void keepLooking();
