/** What a function host runs, and how. */
export interface FunctionSettings {
  readonly functionName: string;
  readonly functionArn: string;
  /** The function's code, one CommonJS file. */
  readonly bundlePath: string;
  /** The program that each execution environment runs: runtime.ts, as a file that Node.js can run. */
  readonly runtimePath: string;
  /** `<file>.<export>`, as Lambda has it. */
  readonly handler: string;
  /** The function's own variables. Of the host's variables it sees none. */
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Invocations that may run concurrently, at least 1. */
  readonly concurrency: number;
  /** Is called with each line of the function's log. */
  readonly onLog: (line: string) => void;
}
