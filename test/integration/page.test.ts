import { existsSync } from "node:fs";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Browser, chromium, type Page } from "playwright-core";
import { eventually, killLeftRuns, LocalRun } from "../helpers/local-run";

/** Where Debian's package puts it. */
const CHROMIUM = "/usr/bin/chromium";

let page: string;
let browser: Browser | undefined;
beforeAll(async () => {
  const run = new LocalRun("--devices 5 --rate 40 --anomalies 0.2 --bad 0.2 --page-port 0");
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
      const { anomalies, rejects } = await get("/api/set-aside");
      return anomalies.length > 0 && rejects.length > 0;
    });
    const { anomalies, rejects } = await get("/api/set-aside");
    expect(anomalies[0]).toEqual(
      expect.objectContaining({ deviceId: expect.stringMatching(/^sensor-/), reason: expect.any(String) }),
    );
    expect(rejects[0]).toEqual(expect.objectContaining({ reason: expect.any(String), detail: expect.any(String) }));
    const readings = await get(`/api/readings?device=${anomalies[0].deviceId}`);
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
});
