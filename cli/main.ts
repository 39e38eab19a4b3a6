import { alarms } from "./alarms/alarms";
import { capacity } from "./capacity/capacity";
import { cost } from "./cost/cost";
import { device } from "./device/device";
import { history } from "./history/history";
import { type Command, defineGroup } from "./kit/command";
import { calledCommand, runProgram } from "./kit/program";
import { Terminal } from "./kit/terminal";
import { endWithOutput, hasReader, outliveOutput } from "./kit/written";
import { latest } from "./readings/latest";
import { readings } from "./readings/readings";
import { rejected } from "./rejected/rejected";
import { replay } from "./replay/replay";
import { restore } from "./restore/restore";

/** The operator's program. */
export const iot: Command = defineGroup({
  name: "iot",
  summary: "operate a stack, or the local run",
  description:
    "Operates the stack: the local run, if you name no other, or a deployed stack with --stack. Read commands take --json " +
    "for scripts.",
  examples: ["readings sensor-001 --since 1h", "rejected stats --stack dev"],
  commands: [device, readings, latest, alarms, rejected, replay, history, restore, cost, capacity],
});

const PATH = "npx iot";

/** Runs the command line, and resolves with its exit status: 0, 1 where the command failed, 2 for a wrong command line, 130 for Ctrl-C. */
export async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const terminal = new Terminal(process, { signal: stop.signal });
  const words = args.length === 0 ? ["--help"] : args;
  const run = () => runProgram(iot, PATH, words, terminal);
  if (calledCommand(iot, PATH, words).command.changes) {
    const statusOf = outliveOutput(process, terminal, hasReader);
    return statusOf(await run());
  }
  endWithOutput(process, terminal, process.exit);
  return run();
}
