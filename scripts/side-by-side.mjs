import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";

/**
 * Runs commands side by side, passes on what they write, and says of each of several how it ended.
 * @param {Record<string, string[]>} commands Each with its name: a program on the PATH and its arguments.
 * @param {{ yielding?: string }} [options] The name of the one that is to leave the processor to the others.
 * @returns {Promise<number>} The exit status: 0 where all have passed.
 */
export async function sideBySide(commands, { yielding } = {}) {
  // Windows runs npm by its shell alone.
  const shell = process.platform === "win32";
  const isAlone = Object.keys(commands).length === 1;
  const running = Object.entries(commands).map(([name, [program = "", ...args]]) => ({
    name,
    // One that is alone has the terminal. Of two that draw there, neither could be read.
    child: spawn(program, args, { shell, stdio: isAlone ? "inherit" : ["ignore", "pipe", "pipe"] }),
  }));
  for (const { name, child } of running) {
    if (name === yielding && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    child.stdout?.pipe(process.stdout, { end: false });
    child.stderr?.pipe(process.stderr, { end: false });
  }
  /** @param {NodeJS.Signals} signal */
  const passOn = (signal) => {
    for (const { child } of running) child.kill(signal);
  };
  process.on("SIGINT", passOn);
  process.on("SIGTERM", passOn);
  const passed = await Promise.all(
    running.map(async ({ name, child }) => {
      const [status] = await once(child, "close");
      if (!isAlone) console.log(`${name} ${status === 0 ? "passed" : "failed"}`);
      return status === 0;
    }),
  );
  return passed.every(Boolean) ? 0 : 1;
}
