import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";

const ROOT = path.resolve(__dirname, "../..");

/** One who walks: a folder of their own, and the AWS endpoint of their run. */
export interface Walker {
  readonly cwd: string;
  readonly endpoint: string;
}

/** A walker's folder, whose `mosquitto_pub` speaks this version. Where Debian's is not installed, one that takes the same options does. */
export function walkersFolder(within: string, version: string): string {
  const cwd = mkdtempSync(path.join(within, "walker-"));
  const real = isThere("mosquitto_pub", "--help")
    ? execFileSync("sh", ["-c", "command -v mosquitto_pub"]).toString().trim()
    : undefined;
  const program = real ?? `${process.execPath}" "${path.join(ROOT, "test", "helpers", "mosquitto-pub.mjs")}`;
  writeFileSync(path.join(cwd, "mosquitto_pub"), `#!/bin/sh\nexec "${program}" -V ${version} "$@"\n`, { mode: 0o755 });
  return cwd;
}

/** The commands between a document's markers. */
export function walkIn(document: string): string[] {
  const [, block = ""] = readFileSync(path.join(ROOT, document), "utf8").split("<!-- walk -->");
  return block
    .split("\n")
    .map((line) => line.replace(/ +# .*$/, ""))
    .filter((line) => line !== "" && !line.startsWith("```"));
}

/**
 * Follows a document's walk, and compares what each command shows.
 * @param shows What each command shows, in the end where it takes a while.
 * @param asks Whether a command only asks: it may be asked again, while what changes something is done once.
 * @param patienceMs How long an answer may take.
 */
export async function followWalk(
  document: string,
  walker: Walker,
  shows: readonly RegExp[],
  asks: (command: string) => boolean,
  patienceMs = 180_000,
): Promise<void> {
  const commands = walkIn(document);
  expect(commands).toHaveLength(shows.length);
  for (const [at, command] of commands.entries()) {
    const wanted = shows[at] ?? /./;
    let text = await shown(command, walker, asks);
    const end = Date.now() + patienceMs;
    for (let pauseMs = 1000; !wanted.test(text) && asks(command) && Date.now() < end; pauseMs *= 1.4) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      text = await shown(command, walker, asks);
    }
    expect(text).toMatch(wanted);
  }
}

/** What a command shows on standard output, in a shell, with this run's ports. */
async function shown(command: string, { cwd, endpoint }: Walker, asks: (command: string) => boolean): Promise<string> {
  const here = command
    .replace(/^npx iot /, `"${process.execPath}" "${ROOT}/cli/iot.mjs" `)
    .replace("127.0.0.1:4566", endpoint);
  if (command.startsWith("curl ") && !isThere("curl", "--version")) return fetched(here);
  const env = { ...process.env, AWS_ENDPOINT_URL: endpoint, PATH: `${cwd}:${process.env.PATH}` };
  try {
    return (await promisify(execFile)("sh", ["-c", here], { cwd, env })).stdout;
  } catch (error) {
    // There may be no answer yet.
    if (asks(command)) return "";
    throw error;
  }
}

/** Whether the machine has a program. */
function isThere(program: string, harmless: string): boolean {
  return spawnSync(program, [harmless]).error === undefined;
}

/** What a curl command of a walk would show. */
async function fetched(command: string): Promise<string> {
  const [, method = "GET", host = "", body] = /^curl (?:-X (\w+) )?(\S+)(?: -d '(.*)')?$/.exec(command) ?? [];
  const url = host.startsWith("http") ? host : `http://${host}`;
  return (await fetch(url, { method, ...(body === undefined ? {} : { body }) })).text();
}
