import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, killLeftRuns, LocalRun, summaryOf } from "../helpers/local-run";

/** Where Debian's package puts it. */
const CHROMIUM = "/usr/bin/chromium";

/** One that stays, one that comes and goes, one with a delay. */
const RULES = {
  damp: { sensorType: "humidity", above: -1, priority: "low" },
  hot: { sensorType: "temperature", above: 105, deadband: 5 },
  pressed: { sensorType: "pressure", above: 210, for: "3s", clearFor: "3s" },
  quiet: { silentFor: "1m" },
};

let run: LocalRun;
let startedAt: number;
let page: string;
let endpoint: string;
let browser: Browser | undefined;
beforeAll(async () => {
  startedAt = performance.now();
  run = new LocalRun(
    `--devices 12 --rate 60 --anomalies 0 --bad 0.02 --flap 0.25 --drift 0.25 --sweep-every 3s --seed 3 --page-port 0 --json --config watchRules=${JSON.stringify(RULES)}`,
  );
  page = await run.page();
  ({ endpoint } = await run.ready());
  if (existsSync(CHROMIUM))
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
    });
  else process.stderr.write(`${CHROMIUM} is not there: how the page looks in a browser is not tested.\n`);
});
afterAll(async () => {
  await browser?.close();
  killLeftRuns();
});

interface Listed {
  readonly alarm: string;
  readonly device: string;
  readonly state: string;
  readonly acknowledgedBy?: string;
  readonly shelved?: boolean;
}

/** The JSON at a path of the page, or of another address. */
async function get<Answer>(where: string, base = page): Promise<Answer> {
  return (await (await fetch(new URL(where, base))).json()) as Answer;
}
const alarms = async (): Promise<readonly Listed[]> => (await get<{ alarms: readonly Listed[] }>("/api/alarms")).alarms;
const alarmNamed = async (name: string) => (await alarms()).find(({ alarm }) => alarm === name);
const post = async (body: string, type = "application/json") => {
  const answer = await fetch(new URL("/api/alarms", page), { method: "POST", headers: { "content-type": type }, body });
  return [answer.status, await answer.json()];
};
const shows = (tab: Page, selector: string, text: string) => tab.locator(selector).filter({ hasText: text }).waitFor();

describe("a run with rules for its devices", () => {
  it("raises what the devices do, and gives the notices to the topics", async () => {
    await eventually("every device is damp", async () => {
      const damp = (await alarms()).filter(({ alarm }) => alarm.includes("/damp/"));
      return damp.length === 12;
    });
    const notices = async (topic: string): Promise<{ message: Record<string, unknown> }[]> =>
      get(`/_local/notices?topic=${topic}`, endpoint);
    const raise = { alarm: "sensor-001/damp/humidity#1", event: "raise", told: true, limit: -1 };
    await eventually("machines are told", async () => {
      const feed = await notices("iot-device-notices-feed-dev");
      const own = feed.find(({ message }) => message.alarm === raise.alarm);
      if (own) expect(own.message).toMatchObject(raise);
      return own !== undefined;
    });
    await eventually("people are mailed", async () => (await notices("iot-device-notices-dev")).length > 0);
  });

  it("does what a person asks, and says why not", async () => {
    const [device, name] = ["sensor-002", "sensor-002/damp/humidity#1"];
    expect(await post(JSON.stringify({ alarm: `${device}/damp/humidity#7`, deed: "ack", by: "ana" }))).toEqual([
      409,
      { problem: "the current occurrence is #1" },
    ]);
    for (const deed of [{}, null, { alarm: device, deed: "ack", by: "ana" }, { alarm: name, deed: "ack", by: "" }])
      expect((await post(JSON.stringify(deed)))[0]).toBe(409);
    expect((await post("{"))[0]).toBe(400);
    expect((await post("{}", "text/plain"))[0]).toBe(415);
    expect(await post(JSON.stringify({ alarm: name, deed: "ack", by: "ana", note: "seen" }))).toEqual([200, {}]);
    expect(await alarmNamed(name)).toMatchObject({ state: "acknowledged", acknowledgedBy: "ana" });
  });

  it("lists the alarms in a browser, acknowledges by keyboard and shelves by mouse", async () => {
    if (browser === undefined) return;
    const errors: string[] = [];
    const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    tab.on("pageerror", ({ message }) => errors.push(message));
    tab.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await tab.goto(page);
    await shows(tab, "#alarm-count", "alarms");
    const row = tab.locator("#alarms tr").filter({ hasText: "sensor-003" }).filter({ hasText: "damp" });
    await tab.locator("#who").fill("bia");
    await row.getByRole("button", { name: /^Acknowledge/ }).focus();
    await tab.keyboard.press("Enter");
    await shows(tab, "#alarm-done", "Acknowledged: sensor-003/damp/humidity#1.");
    expect(await alarmNamed("sensor-003/damp/humidity#1")).toMatchObject({
      state: "acknowledged",
      acknowledgedBy: "bia",
    });
    expect(await row.textContent()).toContain("bia");
    // The list is filled again and again, and the keyboard stays where it is.
    await tab.waitForTimeout(2500);
    expect(await tab.evaluate("document.activeElement.getAttribute('aria-label')")).toBe(
      "Acknowledge sensor-003/damp/humidity#1",
    );
    await row.getByRole("button", { name: /^Shelve/ }).click();
    await tab.locator("#shelf-note").fill("cleaning");
    await tab.locator("#shelf-form button[type=submit]").click();
    await shows(tab, "#alarm-done", "Shelved: sensor-003/damp/humidity#1.");
    expect(await alarmNamed("sensor-003/damp/humidity#1")).toMatchObject({ shelved: true });
    await row.getByRole("button", { name: /^Unshelve/ }).press("Enter");
    await shows(tab, "#alarm-done", "Not shelved any more");
    expect(errors).toEqual([]);
    await tab.close();
  });

  it("draws a device with its limits and marks, on a phone and in the dark too", async () => {
    if (browser === undefined) return;
    const errors: string[] = [];
    const tab = await browser.newPage({ viewport: { width: 375, height: 700 }, colorScheme: "dark" });
    tab.on("pageerror", ({ message }) => errors.push(message));
    await tab.goto(page);
    await tab.locator("#alarms button.device").filter({ hasText: "sensor-001" }).first().press("Enter");
    await shows(tab, "#found", "readings of sensor-001");
    await tab.locator("#device-charts canvas").nth(3).waitFor();
    await shows(tab, "#device-alarms", "damp/humidity#1");
    expect(await tab.locator("#device-charts > div").first().getAttribute("aria-label")).toMatch(
      /^Chart: humidity with its limits, 1 alarm\./,
    );
    expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    const found = await get<{ limits: unknown[]; readings: unknown[] }>("/api/device?device=sensor-001");
    expect(found.limits).toContainEqual({ rule: "hot", sensorType: "temperature", high: 105 });
    expect(found.readings.length).toBeGreaterThan(10);
    expect(errors).toEqual([]);
    await tab.close();
  });

  it("accounts for every alarm at its end", async () => {
    await eventually("alarms have ended", async () => {
      const feed = await get<{ message: { event: string } }[]>(
        "/_local/notices?topic=iot-device-notices-feed-dev",
        endpoint,
      );
      return feed.some(({ message }) => message.event === "end");
    });
    run.interrupt();
    const ended = await run.ended;
    expect([ended.status, ended.err.match(/^alarm .*$/gm)]).toEqual([0, null]);
    const summary = summaryOf(ended);
    expect(summary).toMatchObject({ lost: 0, alarmsWrong: 0 });
    expect(summary.alarmsRaised).toBeGreaterThan(12);
    expect(summary.alarmsEnded).toBeGreaterThan(0);
    expect(summary.noticesSent).toBeGreaterThan(12);
    const { p95 } = summary.raiseLatencyMs as unknown as { p95: number };
    expect(p95).toBeGreaterThan(0);
    expect(p95).toBeLessThan(performance.now() - startedAt);
  });
});
