import { describe, expect, it } from "vitest";
import { untilStalled } from "../../../local/run/draining";

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe("untilStalled", () => {
  it("waits as long as the work gets on, whatever that takes", async () => {
    let steps = 0;
    const timer = setInterval(() => {
      steps += 1;
    }, 50);
    expect(await untilStalled(after(1500), () => steps, 400)).toBe(true);
    clearInterval(timer);
  });

  it("gives up where nothing moves", async () => {
    const startedAt = performance.now();
    expect(await untilStalled(new Promise(() => {}), () => 7, 300)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it("says what the work failed of", async () => {
    await expect(untilStalled(Promise.reject(new Error("broken")), () => 0, 300)).rejects.toThrow("broken");
  });
});
