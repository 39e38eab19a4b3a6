import { execFile } from "node:child_process";
import path from "node:path";

const ROOT = path.resolve(__dirname, "../..");

/** How `npx iot … --json` ended. */
export interface Ran {
  readonly status: number;
  readonly lines: Record<string, unknown>[];
  readonly err: string;
}

/** Runs `npx iot <words> --json` against a local run; a text is split at its spaces. */
export function iotAgainst(endpoint: string, words: string | readonly string[]): Promise<Ran> {
  const args = [
    "cli/iot.mjs",
    ...(typeof words === "string" ? words.split(" ") : words),
    "--endpoint",
    endpoint,
    "--json",
  ];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: ROOT, timeout: 180_000 }, (_error, out, err) => {
      const lines = out.split("\n").filter((line) => line !== "");
      resolve({ status: child.exitCode ?? -1, lines: lines.map((line) => JSON.parse(line)), err });
    });
  });
}
