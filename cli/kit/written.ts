import type { Io, Streams } from "./terminal";

type Output = Pick<Streams, "stdout" | "stderr">;

/**
 * Keeps the process alive where its terminal is closed, a reader has ended or a disk is full: what cannot be written is left out. Returns what
 * to call at the end: it resolves with the exit status, 1 where it would be 0 and a part of the result could not be written.
 * @param isFailure Whether an error counts as such a part. @default each does
 */
export function outliveOutput(
  { stdout, stderr }: Output,
  io: Pick<Io, "note">,
  isFailure: (error: Error) => boolean = () => true,
): (status: number) => Promise<number> {
  let failure: Error | undefined;
  stdout.on("error", (error: Error) => {
    if (isFailure(error)) failure = error;
  });
  stderr.on("error", () => {});
  return async (status) => {
    // Everything before it has been written, or has failed, when this has.
    await new Promise((resolve) => stdout.write("", resolve));
    if (failure === undefined) return status;
    io.note(unwritten(failure));
    return status || 1;
  };
}

/**
 * Ends the process where its result cannot be written, for a command that has nothing else to do: with status 0 where the reader has
 * seen enough, as "head" has, and else with 1 and the reason.
 */
export function endWithOutput({ stdout, stderr }: Output, io: Pick<Io, "note">, exit: (status: number) => void): void {
  stdout.on("error", (error: Error) => {
    if (hasReader(error)) io.note(unwritten(error));
    exit(hasReader(error) ? 1 : 0);
  });
  stderr.on("error", () => {});
}

/** Whether an error of a stream is another than that its reader has ended. */
export function hasReader(error: NodeJS.ErrnoException): boolean {
  return error.code !== "EPIPE";
}

function unwritten({ message }: Error): string {
  return `The result cannot be written to standard output: ${message}`;
}
