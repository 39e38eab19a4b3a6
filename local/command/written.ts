import type { Io, Streams } from "../../cli/kit/terminal";

/**
 * Keeps the process alive where its terminal is closed, a reader has ended or a disk is full: what cannot be written is left out. Returns what
 * to call at the end: it resolves with the exit status, 1 where it would be 0 and a part of the result could not be written.
 */
export function outliveOutput(
  { stdout, stderr }: Pick<Streams, "stdout" | "stderr">,
  io: Pick<Io, "note">,
): (status: number) => Promise<number> {
  let failure: Error | undefined;
  stdout.on("error", (error: Error) => {
    failure = error;
  });
  stderr.on("error", () => {});
  return async (status) => {
    // Everything before it has been written, or has failed, when this has.
    await new Promise((resolve) => stdout.write("", resolve));
    if (failure === undefined) return status;
    io.note(`The result cannot be written to standard output: ${failure.message}`);
    return status || 1;
  };
}
