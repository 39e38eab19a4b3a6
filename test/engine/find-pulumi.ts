import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { isExecutable, isNpmFolder } from "../../cli/kit/pulumi-command";

/** How to get a CLI, for whoever has none. */
export const HOW_TO_GET_ONE =
  'Fix: run "npx pulumi version" once, which downloads it, or put a pulumi of your own on the PATH';

/** The Pulumi CLI that is here already; undefined where none is. Nothing is downloaded. */
export function findPulumi(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const program = process.platform === "win32" ? "pulumi.exe" : "pulumi";
  const home = env.PULUMI_HOME ?? path.join(homedir(), ".pulumi");
  const onPath = (env.PATH ?? "").split(path.delimiter).filter((folder) => !isNpmFolder(folder));
  const downloaded = folders(path.join(home, "versions"))
    .sort(new Intl.Collator("en", { numeric: true }).compare)
    .reverse()
    .map((version) => path.join(home, "versions", version, "bin"));
  return [...onPath, path.join(home, "bin"), ...downloaded]
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, program))
    .find(isExecutable);
}

function folders(parent: string): string[] {
  try {
    return readdirSync(parent);
  } catch {
    return [];
  }
}
