import { wordsOf } from "../../contract/error-words";
import { type Call, type Command, subcommandOf } from "./command";
import { unlessStopped } from "./stopped";
import type { Io } from "./terminal";
import { UsageError } from "./usage-error";

/** Statuses of a program that a command does not give itself. */
const STATUS = { done: 0, failed: 1, usage: 2, interrupted: 130 };

/** Milliseconds that a command which only reads has to clean up after Ctrl-C, before it is left where it is. */
const CLEAN_UP_MS = 1000;

/** The command that a program's command line calls, the words behind its name, and the path that calls it. */
export function calledCommand(
  program: Command,
  path: string,
  args: readonly string[],
): Call & { readonly calledAs: string } {
  let [command, calledAs, rest] = [program, path, args];
  for (let call = subcommandOf(command, rest); call !== undefined; call = subcommandOf(command, rest)) {
    ({ command, rest } = call);
    calledAs = `${calledAs} ${command.name}`;
  }
  return { command, rest, calledAs };
}

/**
 * Runs a program's command line, and resolves with its exit status: that of the command, 1 where it failed, 2 for a command line that
 * cannot be followed, 130 where it was stopped by `io.signal`. A command that changes something ends by itself then.
 * @param path What calls the program, such as `npx iot`.
 */
export async function runProgram(program: Command, path: string, args: readonly string[], io: Io): Promise<number> {
  const { command, rest, calledAs } = calledCommand(program, path, args);
  if (args.includes("--help") || args.includes("-h")) {
    io.result(command.help(calledAs));
    return STATUS.done;
  }
  try {
    const running = command.run(rest, io);
    return await (command.changes ? running : unlessStopped(running, io.signal, CLEAN_UP_MS));
  } catch (error) {
    if (io.signal.aborted) return STATUS.interrupted;
    const message = wordsOf(error);
    if (!(error instanceof UsageError)) {
      io.note(message);
      return STATUS.failed;
    }
    io.note(`${message}\nTry "${calledAs} --help".`);
    return STATUS.usage;
  }
}
