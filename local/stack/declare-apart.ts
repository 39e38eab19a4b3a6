import { fork } from "node:child_process";
import path from "node:path";
import type { Declaration } from "./declaration";
import type { DeclareAnswer, DeclareJob } from "./declare-job";
import { DeclaredBefore } from "./declared-before";
import { type Recording, recordingOf } from "./recording";

/** Where the declaring process and what it declared are. */
export interface DeclarePaths {
  /** The entry of the process that declares the stack. */
  readonly declare: string;
  /** The folder in which what was declared from the same sources is kept. */
  readonly declared: string;
}

/**
 * Declares the stack, if the same has not been declared before.
 * @throws Error with every problem of the configuration
 */
export async function declareApart(
  { declare, declared: kept }: DeclarePaths,
  job: DeclareJob,
): Promise<{ readonly declaration: Declaration; readonly recording: Recording }> {
  const before = new DeclaredBefore(kept, job);
  let declared = before.read();
  if (declared === undefined) {
    const answer = await answerOf(declare, job);
    if ("problem" in answer) throw new Error(answer.problem);
    before.keep(answer);
    declared = answer;
  }
  const { declaration, all, outputs } = declared;
  return { declaration, recording: recordingOf(all, outputs) };
}

/**
 * Declares it in a process of its own (declare-process.ts, built to `childPath`), which writes the functions' code and ends: Pulumi's
 * runtime and the bundler take more memory than the run, and time in which this process can load the rest.
 */
function answerOf(childPath: string, job: DeclareJob): Promise<DeclareAnswer> {
  return new Promise((resolve, reject) => {
    // A process group of its own: Ctrl-C, and the end of the terminal, are for this process.
    const child = fork(childPath, {
      detached: true,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, NODE_COMPILE_CACHE: path.join(path.dirname(childPath), "compiled") },
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const fail = () => reject(new Error(`The process that declares the stack ended (${signal ?? code})`));
      // What it has said may still be unread.
      if (child.connected) child.once("disconnect", fail);
      else fail();
    });
    child.once("message", resolve);
    // Without a process there is no channel, and "error" says why.
    if (child.connected) child.send(job);
  });
}
