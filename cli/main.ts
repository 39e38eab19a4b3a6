import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { capacity } from "./capacity/capacity";
import { cost } from "./cost/cost";
import { device } from "./device/device";
import { history } from "./history/history";
import { type Command, type Io, UsageError } from "./kit/command";
import { printable, printableLines } from "./kit/output";
import { latest } from "./readings/latest";
import { readings } from "./readings/readings";
import { rejected } from "./rejected/rejected";
import { replay } from "./replay/replay";
import { restore } from "./restore/restore";

/** Every command, in the order of `iot --help`. */
export const COMMANDS: readonly Command[] = [
  device,
  readings,
  latest,
  rejected,
  replay,
  history,
  restore,
  cost,
  capacity,
];

const HELP = `Usage: npx iot <command> [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join("\n")}

npx iot <command> --help tells more.
`;

/** Runs the command line and resolves with its exit status: 0, 1 where the command failed, 2 for a wrong option, 130 for Ctrl-C. */
export async function main([name = "--help", ...args]: readonly string[]): Promise<number> {
  // Who reads the output may have seen enough, as "head" has.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  if (name === "--help" || name === "-h") {
    process.stdout.write(HELP);
    return 0;
  }
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    process.stderr.write(`"${name}" is not a command.\n\n${HELP}`);
    return 2;
  }
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(args, terminalIo(stop.signal));
  } catch (error) {
    if (stop.signal.aborted) return 130;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${printableLines(message)}\n`);
    if (!(error instanceof UsageError)) return 1;
    process.stderr.write(`Try "npx iot ${name} --help".\n`);
    return 2;
  }
}

function terminalIo(signal: AbortSignal): Io {
  const { stdout, stderr } = process;
  const wipe = () => stderr.isTTY && stderr.write("\r\u001b[K");
  return {
    result: (text) => {
      wipe();
      stdout.write(`${text}\n`);
    },
    ready: async () => {
      if (stdout.writableNeedDrain) await once(stdout, "drain", { signal });
    },
    note: (text) => {
      wipe();
      stderr.write(`${printableLines(text)}\n`);
    },
    progress: (text) => {
      if (stderr.isTTY) stderr.write(`\r\u001b[K${printable(text)}`);
    },
    confirm: (question) => confirm(question, signal),
    signal,
  };
}

async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const { stdin: input, stderr: output } = process;
  if (!input.isTTY) throw new UsageError(`${question} Nobody can answer here: say "--yes"`);
  const terminal = createInterface({ input, output });
  try {
    // An end of input is no yes; Ctrl-C in the terminal's raw mode comes as its own event.
    const stop = new Promise<never>((_, reject) => {
      terminal.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
      terminal.once("close", () => reject(new Error("nothing was answered")));
    });
    stop.catch(() => {});
    const answer = await Promise.race([terminal.question(`${question} [y/N] `, { signal }), stop]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
