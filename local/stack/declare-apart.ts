import { fork } from "node:child_process";
import type { Declaration } from "./declaration";
import type { DeclareAnswer, DeclareJob } from "./declare-job";
import { DeclaredBefore } from "./declared-before";
import { type Recording, recordingOf } from "./recording";

/**
 * Declares the stack, if the same has not been declared before.
 * @throws Error with every problem of the configuration
 */
export async function declareApart(
  projectRoot: string,
  childPath: string,
  job: DeclareJob,
): Promise<{ readonly declaration: Declaration; readonly recording: Recording }> {
  const before = new DeclaredBefore(projectRoot, job);
  let declared = before.read();
  if (declared === undefined) {
    const answer = await answerOf(childPath, job);
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
    const child = fork(childPath, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`The process that declares the stack ended (${signal ?? code})`)),
    );
    child.once("message", resolve);
    child.send(job);
  });
}
