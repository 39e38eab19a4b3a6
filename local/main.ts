import { rmSync } from "node:fs";
import { runProgram } from "../cli/kit/program";
import { type Io, Terminal } from "../cli/kit/terminal";
import { outliveOutput } from "../cli/kit/written";
import { watchAncestors } from "./command/ancestors";
import { fileHandleProblem } from "./command/file-handles";
import { localCommand, type Options } from "./command/options";
import { claimKept, clearKept } from "./run/kept-data";
import type { RunPaths } from "./run/run";
import { declareApart } from "./stack/declare-apart";
import { configurationProblem, stackConfig } from "./stack/stack-config";

/** A second signal this soon after the first is the same Ctrl-C: npm passes on a signal that the terminal has sent already. */
const SAME_SIGNAL_MS = 500;

/** Milliseconds between two progress lines where standard error is a file. */
const PLAIN_PROGRESS_MS = 5000;

/** Runs the command line, and resolves with its exit status: 0, 1 where something was lost, unfinished or broke, 2 for a wrong option. */
export async function main(args: readonly string[], paths: RunPaths): Promise<number> {
  process.once("exit", () => rmSync(paths.runFolder, { recursive: true, force: true, maxRetries: 3 }));
  // Ctrl-C asks a run to drain and to end with its own status, so it never interrupts the command.
  const { signal } = new AbortController();
  const terminal = new Terminal(process, { signal, plainProgressMs: PLAIN_PROGRESS_MS });
  const statusOf = outliveOutput(process, terminal);
  const command = localCommand(async (options, io) => {
    const stopRequested = onSignals(io);
    const { keep, clear } = options;
    if (keep !== undefined) await claimKept(keep);
    if (keep !== undefined && clear) await clearKept(keep);
    const declaring = declared(options, paths);
    // The run's own modules are loaded meanwhile.
    const { runLocally } = await import("./run/run.js");
    const isWell = await runLocally(options, await declaring, paths, io, stopRequested).catch((error) => {
      throw fileHandleProblem(error);
    });
    return isWell ? 0 : 1;
  });
  return statusOf(await runProgram(command, "npm run local --", args, terminal));
}

function declared({ stack, config }: Options, paths: RunPaths) {
  const declaring = declareApart(paths, {
    config: stackConfig(paths.projectRoot, stack, Object.fromEntries(config)),
    stack,
    files: paths,
  }).catch((error) => {
    throw configurationProblem(
      error,
      config.map(([key]) => key),
    );
  });
  // It may fail before anyone waits for it.
  declaring.catch(() => {});
  return declaring;
}

/** Aborted at the first Ctrl-C, which asks the run to come to its end; the second one ends the process. */
function onSignals(io: Io): AbortSignal {
  const stop = new AbortController();
  let firstAt = 0;
  const handle = () => {
    if (!stop.signal.aborted) {
      firstAt = performance.now();
      io.note("Stopping: the devices are silent, and the pipeline drains. Ctrl-C again ends immediately.");
      stop.abort();
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(130);
  };
  const stopOnce = () => {
    if (!stop.signal.aborted) handle();
  };
  // A shell passes on the SIGHUP of its terminal: it is no second Ctrl-C, whenever it comes.
  process.on("SIGINT", handle).on("SIGTERM", handle).on("SIGHUP", stopOnce);
  // A supervisor's SIGTERM or SIGKILL ends npm, and does not reach this process.
  watchAncestors(stopOnce);
  return stop.signal;
}
