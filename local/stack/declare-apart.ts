import { fork } from "node:child_process";
import type { Declaration } from "./declaration";
import { type RecordedResource, type Recording, recordingOf } from "./recording";

/** What to declare. */
export interface DeclareJob {
  readonly config: Readonly<Record<string, unknown>>;
  readonly stack: string;
  /** Where the functions' code is written. */
  readonly files: {
    readonly processor: string;
    readonly archiveTransform: string;
    readonly deviceWatch: { readonly watch: string; readonly sweep: string };
  };
}

/** What the process answers: what was declared, or why it cannot be. */
export type DeclareAnswer =
  | {
      readonly declaration: Declaration;
      readonly all: readonly RecordedResource[];
      readonly outputs: Readonly<Record<string, string>>;
    }
  | { readonly problem: string };

/**
 * Declares the stack in a process of its own (declare-process.ts, built to `childPath`), which writes the functions' code and ends:
 * Pulumi's runtime and the bundler take more memory than the run, and time in which this process can load the rest.
 * @throws Error with every problem of the configuration
 */
export function declareApart(
  childPath: string,
  job: DeclareJob,
): Promise<{ readonly declaration: Declaration; readonly recording: Recording }> {
  return new Promise((resolve, reject) => {
    const child = fork(childPath, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`The process that declares the stack ended (${signal ?? code})`)),
    );
    child.once("message", (answer: DeclareAnswer) => {
      if ("problem" in answer) return reject(new Error(answer.problem));
      const { declaration, all, outputs } = answer;
      resolve({ declaration, recording: recordingOf(all, outputs) });
    });
    child.send(job);
  });
}
