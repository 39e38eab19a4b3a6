import { existsSync } from "node:fs";
import { request } from "node:http";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, killLeftRuns, LocalRun } from "../helpers/local-run";

/** Where Debian's package puts it. */
const CHROMIUM = "/usr/bin/chromium";

let page: string;
let browser: Browser | undefined;
beforeAll(async () => {
  const run = new LocalRun("--devices 5 --rate 10 --anomalies 0.2 --bad 0.2 --page-port 0 --config batchSize=2");
  page = await run.page();
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

const status = (path: string, options: { method?: string; headers?: Record<string, string> }) =>
  new Promise<number | undefined>((resolve, reject) => {
    request(new URL(path, page), options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once("error", reject)
      .end();
  });

const shows = (tab: Page, selector: string, text: string) => tab.locator(selector).filter({ hasText: text }).waitFor();

describe("the page of a run", () => {
  it("is served with its script and its chart library, and lets nothing foreign in", async () => {
    for (const path of ["/", "/page.js", "/page.css", "/uplot.js", "/uplot.css", "/icon.svg"]) {
      const response = await fetch(new URL(path, page));
      expect([path, response.status]).toEqual([path, 200]);
      expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
    }
    expect(await status("/", { headers: { host: "evil.example" } })).toBe(421);
    expect(await status("/", { method: "POST" })).toBe(405);
    expect(await status("/../package.json", {})).toBe(404);
    expect(await status("/api/readings", {})).toBe(400);
  });

  it("tells the latest anomalies, rejects and readings", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what is tested here
    const get = async (path: string): Promise<any> => (await fetch(new URL(path, page))).json();
    await eventually("there are anomalies and rejects", async () => {
      const { anomalies, rejects } = await get("/api/findings");
      return anomalies.length > 0 && rejects.length > 0;
    });
    const { anomalies, rejects } = await get("/api/findings");
    // An anomaly's object may be there before its reading is.
    const readingsOfIt = () => get(`/api/readings?device=${anomalies[0].deviceId}`);
    await eventually("its reading is there", async () => (await readingsOfIt()).length > 0);
    expect(anomalies[0]).toEqual(
      expect.objectContaining({ deviceId: expect.stringMatching(/^sensor-/), reason: expect.any(String) }),
    );
    expect(rejects[0]).toEqual(expect.objectContaining({ reason: expect.any(String), detail: expect.any(String) }));
    const readings = await readingsOfIt();
    expect(readings[0]).toEqual(expect.objectContaining({ sensorType: expect.any(String), value: expect.any(Number) }));
  });

  it("shows the run in a browser, on a phone and in the dark, by keyboard too", async () => {
    if (browser === undefined) return;
    const errors: string[] = [];
    for (const options of [
      { viewport: { width: 1280, height: 900 } },
      { viewport: { width: 375, height: 700 }, colorScheme: "dark" as const },
    ]) {
      const tab = await browser.newPage(options);
      tab.on("pageerror", ({ message }) => errors.push(message));
      tab.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await tab.goto(page);
      await shows(tab, "#summary", "readings stored");
      await tab.locator("#rejects td").nth(3).waitFor();
      expect(await tab.locator("#charts canvas").count()).toBe(4);
      expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      await tab.locator("#device").focus();
      await tab.keyboard.type("sensor-001");
      await tab.keyboard.press("Enter");
      await shows(tab, "#found", "readings of sensor-001");
      await tab.close();
    }
    expect(errors).toEqual([]);
  });

  it("dates what is not of today, names a clock that is ahead, breaks no number, and clears what a failure leaves", async () => {
    if (browser === undefined) return;
    const tab = await browser.newPage({ viewport: { width: 360, height: 700 } });
    const hour = 3_600_000;
    const reading = { sensorType: "temperature", value: 123_456.789, isAnomaly: false };
    const answers = [
      [
        { ...reading, timestamp: Date.now() + 20 * hour },
        { ...reading, timestamp: Date.UTC(2026, 0, 1, 12) },
      ],
      undefined,
    ];
    await tab.route("**/api/readings**", (route) => {
      const body = answers.shift();
      return body ? route.fulfill({ json: body }) : route.fulfill({ status: 500, body: "broken" });
    });
    await tab.goto(page);
    const look = async () => {
      await tab.locator("#device").fill("sensor-001");
      await tab.locator("#device").press("Enter");
    };
    await look();
    await shows(tab, "#readings", "ahead 20 h");
    expect(await tab.locator("#readings tbody tr").nth(1).locator("td").first().textContent()).toMatch(
      /^2026-01-01 \d\d:/,
    );
    const whiteSpace = `getComputedStyle(document.querySelectorAll("#readings tbody tr")[1].children[2]).whiteSpace`;
    expect(await tab.evaluate(whiteSpace)).toBe("nowrap");
    expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await look();
    await shows(tab, "#found", "did not answer");
    expect(await tab.locator("#readings tr").count()).toBe(0);
    await tab.close();
  });

  it("shows the rows of the device that was asked for last, and none of an answer that is no JSON", async () => {
    if (browser === undefined) return;
    const tab = await browser.newPage();
    let answerSlow = () => {};
    const slow = new Promise<void>((resolve) => {
      answerSlow = resolve;
    });
    await tab.route("**/api/readings**", async (route) => {
      const device = new URL(route.request().url()).searchParams.get("device");
      if (device === "garbled") return route.fulfill({ contentType: "application/json", body: "[{" });
      if (device === "slow") await slow;
      return route.fulfill({
        json: [{ sensorType: `type-of-${device}`, value: 1, isAnomaly: false, timestamp: Date.now() }],
      });
    });
    await tab.goto(page);
    const ask = async (device: string) => {
      await tab.locator("#device").fill(device);
      await tab.locator("#device").press("Enter");
    };
    await ask("slow");
    await ask("fast");
    await shows(tab, "#readings", "type-of-fast");
    const answered = tab.waitForResponse((response) => response.url().endsWith("device=slow"));
    answerSlow();
    await (await answered).finished();
    expect(await tab.locator("#readings tbody").textContent()).toContain("type-of-fast");
    await ask("garbled");
    await shows(tab, "#found", "did not answer");
    expect(await tab.locator("#readings tr").count()).toBe(0);
    await tab.close();
  });
});
