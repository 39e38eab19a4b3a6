import { beforeEach, describe, expect, it } from "vitest";
import { type Session, Sessions } from "../../../../../local/aws/iot/mqtt5/sessions";

let forgotten: string[];
let timers: { ms: number; then: () => void }[];
let sessions: Sessions;

beforeEach(() => {
  forgotten = [];
  timers = [];
  sessions = new Sessions(
    async (id) => void forgotten.push(id),
    (ms, then) => {
      const timer = { ms, then };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  );
});

/** A session as a connection leaves it. */
function left(version: number, expirySeconds: number, ...unacknowledged: number[]): Session {
  return { version, expirySeconds, unacknowledged: new Set(unacknowledged) };
}

/** A connection that came and went. */
async function visit(version: number, cleanStart: boolean, expirySeconds: number): Promise<void> {
  await sessions.begin("a", version, cleanStart);
  sessions.opened("a", version);
  sessions.closed("a", left(version, expirySeconds));
}

describe("Sessions", () => {
  it("end when their time is over", async () => {
    await visit(5, false, 60);
    expect(timers.map(({ ms }) => ms)).toEqual([60_000]);
    expect(forgotten).toEqual([]);
    timers[0]?.then();
    expect(forgotten).toEqual(["a"]);
  });

  it("go on when the client comes back in time", async () => {
    await visit(5, false, 60);
    await sessions.begin("a", 5, false);
    sessions.opened("a", 5);
    expect(timers).toEqual([]);
    expect(forgotten).toEqual([]);
  });

  it("end at a clean start, and when the other version comes", async () => {
    await visit(5, false, 60);
    await sessions.begin("a", 5, true);
    expect(forgotten).toEqual(["a"]);
    sessions.opened("a", 5);
    sessions.closed("a", left(5, 60));
    await sessions.begin("a", 4, false);
    expect(forgotten).toEqual(["a", "a"]);
  });

  it("go on with the connection that takes over from another", async () => {
    await sessions.begin("a", 5, false);
    sessions.opened("a", 5);
    // The broker closes the older one before it lets the newer one in.
    sessions.closed("a", left(5, 60));
    await sessions.begin("a", 5, false);
    sessions.opened("a", 5);
    expect(timers).toEqual([]);
    expect(forgotten).toEqual([]);
  });

  it("hand on what was not acknowledged to who resumes them, and to nobody else", async () => {
    expect(await sessions.begin("a", 5, false)).toBeUndefined();
    sessions.opened("a", 5);
    sessions.closed("a", left(5, 60, 7, 8));
    expect(await sessions.begin("b", 5, false)).toBeUndefined();
    expect(await sessions.begin("a", 5, false)).toEqual(new Set([7, 8]));
    sessions.opened("a", 5);
    sessions.closed("a", left(5, 60));
    expect(await sessions.begin("a", 5, false)).toEqual(new Set());
    sessions.opened("a", 5);
    sessions.closed("a", left(5, 60, 9));
    expect(await sessions.begin("a", 5, true)).toBeUndefined();
    expect(await sessions.begin("a", 4, false)).toBeUndefined();
  });

  it("end with their connection where they are not kept, before another one begins", async () => {
    const steps: string[] = [];
    const slow = new Sessions(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        steps.push("forgotten");
      },
      () => () => {},
    );
    await slow.begin("a", 5, false);
    slow.opened("a", 5);
    slow.closed("a", left(5, 0));
    await slow.begin("a", 5, false);
    steps.push("begun");
    expect(steps).toEqual(["forgotten", "begun"]);
  });
});
