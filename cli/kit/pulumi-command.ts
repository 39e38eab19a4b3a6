import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/**
 * The Pulumi CLI to run: first one on the PATH outside node_modules/.bin. npm puts that folder first, and the package in it downloads
 * its own release, which fails in a network without internet access.
 */
export function pulumiCommand(env: Readonly<Record<string, string | undefined>>, isCommand = isExecutable): string {
  const folders = (env.PATH ?? env.Path ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const names = process.platform === "win32" ? ["pulumi.exe", "pulumi.cmd"] : ["pulumi"];
  const candidates = [...folders.filter((folder) => !isNpmFolder(folder)), ...folders.filter(isNpmFolder)].flatMap(
    (folder) => names.map((name) => path.resolve(folder, name)),
  );
  return candidates.find(isCommand) ?? "pulumi";
}

/** Whether a folder of the PATH is npm's own, whose `pulumi` downloads a release. */
export function isNpmFolder(folder: string): boolean {
  return /(^|[/\\])node_modules[/\\]\.bin[/\\]?$/.test(folder);
}

/** Whether a path is an executable file. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
