import { rmSync } from "node:fs";
import { accountsForAll } from "./accounting/summary";
import { HELP, parseOptions, UsageError } from "./command/options";
import { Terminal } from "./command/terminal";
import { type RunPaths, runLocally } from "./run/run";

/** A second signal this soon after the first is the same Ctrl-C: npm passes on the one that the terminal has sent already. */
const SAME_SIGNAL_MS = 500;

/** How often it is looked whether the parent is still there. */
const PARENT_EVERY_MS = 500;

/** Runs the command line and resolves with its exit status: 0, 1 where something was lost, unfinished or broke, 2 for a wrong option. */
export async function main(args: readonly string[], paths: RunPaths): Promise<number> {
  process.once("exit", () => rmSync(paths.runFolder, { recursive: true, force: true }));
  const terminal = new Terminal(process.stdout, process.stderr, () => performance.now());
  try {
    const options = parseOptions(args, Date.now() % 1_000_000);
    if (options === "help") {
      terminal.result(HELP.trimEnd());
      return 0;
    }
    const summary = await runLocally(options, paths, terminal, onSignals(terminal));
    return accountsForAll(summary) ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.note(`${error.message}\nTry "npm run local -- --help".`);
      return 2;
    }
    terminal.note(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** The first Ctrl-C asks the run to come to its end; the second one ends it. */
function onSignals(terminal: Terminal): AbortSignal {
  const stop = new AbortController();
  let firstAt = 0;
  const handle = () => {
    if (!stop.signal.aborted) {
      firstAt = performance.now();
      terminal.note("Stopping: the fleet is silent, the pipeline runs dry. Ctrl-C again ends at once.");
      stop.abort();
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(130);
  };
  process.on("SIGINT", handle).on("SIGTERM", handle);
  // A supervisor's SIGTERM ends npm and its shell, and does not reach this process: it ends with its parent.
  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(orphaned);
    if (!stop.signal.aborted) handle();
  }, PARENT_EVERY_MS);
  orphaned.unref();
  return stop.signal;
}
