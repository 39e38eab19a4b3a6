import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ROOT = path.resolve(__dirname, "../..");
const FOLDERS = ["cli/deep", "contract", "lambda", "lib", "local", "stores", "watch"];
let project: string;

/** A project with one program, `cli/main.ts`, which says `word`. */
beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), "kept-build-"));
  for (const folder of FOLDERS) mkdirSync(path.join(project, folder), { recursive: true });
  cpSync(path.join(ROOT, "scripts"), path.join(project, "scripts"), { recursive: true });
  symlinkSync(path.join(ROOT, "node_modules"), path.join(project, "node_modules"));
  for (const file of ["index.ts", "package.json", "package-lock.json", "tsconfig.json"]) write(file, "{}");
  write("cli/deep/word.ts", 'export const word: string = "first";');
  write("cli/main.ts", 'export { word } from "./deep/word";');
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(file: string, content: string): void {
  writeFileSync(path.join(project, file), content);
}

const word = (said: string) => write("cli/deep/word.ts", `export const word: string = "${said}";`);
const within = (folder: string) => path.join(project, "dist/builds/talk", folder);
const entriesOf = (folder: string) => (existsSync(within(folder)) ? readdirSync(within(folder)) : []);
const left = () => entriesOf("whole");
/** What processes have left of themselves. */
const ofProcesses = () => [...entriesOf("used"), ...entriesOf("unfinished")];

/** What a process that starts now says, and the build that it runs from; what it does while it builds, and between that and loading it. */
async function start({ building = "", built = "" } = {}): Promise<{ said: string; folder: string }> {
  const program = `
    const { keptBuild } = await import("./scripts/kept-build.mjs");
    const upper = async (folder) => (await import(folder + "/main.mjs")).word.toUpperCase();
    const building = keptBuild("talk", { main: "cli/main.ts" }, { "upper.txt": upper });
    ${building}
    const folder = await building;
    ${built}
    const { word } = await import(folder + "/main.mjs");
    console.log(JSON.stringify({ said: word, folder }));`;
  const args = ["--input-type=module", "-e", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project });
  return JSON.parse(stdout);
}

describe("the build of a program", () => {
  it("is made once by processes that start at the same time, which remove the same old ones", async () => {
    for (let old = 0; old < 100; old += 1) {
      mkdirSync(path.join(within("whole"), `old-${old}`, "compiled"), { recursive: true });
      utimesSync(path.join(within("whole"), `old-${old}`), old, old);
    }
    const started = await Promise.all([start(), start(), start(), start()]);
    expect(new Set(started.map(({ folder }) => folder)).size).toBe(1);
    expect(started.map(({ said }) => said)).toEqual(["first", "first", "first", "first"]);
    expect(ofProcesses()).toEqual([]);
    const { folder } = await start();
    expect(readdirSync(folder)).toContain("compiled");
    word("second");
    await start();
    expect(left()).toEqual(expect.arrayContaining([path.basename(folder), "old-99"]));
    expect(left()).toHaveLength(3);
  });

  it.each(["cli/deep/word.ts", "watch/new.ts", "package-lock.json", "tsconfig.json"])(
    "is made again after a change of %s",
    async (file) => {
      const { folder } = await start();
      write(file, file.endsWith("json") ? "{ }" : 'export const word: string = "second";');
      const changed = await start();
      expect(changed.folder).not.toBe(folder);
      expect(changed.said).toBe(file.startsWith("cli") ? "second" : "first");
    },
  );

  it("is of the sources as they are when it is made, though somebody changes them meanwhile", async () => {
    const change = `const { writeFileSync } = await import("node:fs");
      writeFileSync("cli/deep/word.ts", 'export const word: string = "second";');`;
    const changed = await start({ building: change });
    expect(changed.said).toBe("second");
    expect(await start()).toEqual(changed);
    word("first");
    expect((await start()).said).toBe("first");
    expect(ofProcesses()).toEqual([]);
  });

  it.each(["main.mjs", "upper.txt"])("is made again where %s is gone", async (file) => {
    const { folder } = await start();
    rmSync(path.join(folder, file));
    expect(await start()).toEqual({ said: "first", folder });
    expect(readFileSync(path.join(folder, "upper.txt"), "utf8")).toBe("FIRST");
  });

  it("is found by a process that removes what killed ones have left", async () => {
    await start();
    // Above every process id of Linux and macOS; named as before there were places.
    for (const folder of ["used", "unfinished"]) mkdirSync(path.join(within(folder), "4194305"), { recursive: true });
    await start();
    expect(ofProcesses()).toEqual([]);
  });

  it("is found by a process that leaves alone for a week what one of another container or computer has", async () => {
    const { folder } = await start();
    const elsewhere = path.join(within("used"), "1@elsewhere");
    writeFileSync(elsewhere, path.basename(folder));
    for (const said of ["a", "b", "c", "d"]) {
      word(said);
      await start();
    }
    expect(left()).toContain(path.basename(folder));
    expect(ofProcesses()).toEqual(["1@elsewhere"]);
    const days = 24 * 3600;
    utimesSync(elsewhere, Date.now() / 1000, Date.now() / 1000 - 8 * days);
    await start();
    expect(ofProcesses()).toEqual([]);
  });

  it("is not kept without end, but as long as a process runs from it", async () => {
    // It loads its program when five newer ones have been built.
    const enough = path.join(project, "enough");
    const waits = `const { existsSync } = await import("node:fs");
      while (!existsSync(${JSON.stringify(enough)})) await new Promise((go) => setTimeout(go, 20));`;
    const waiting = start({ built: waits });
    while (left().length === 0) await new Promise((go) => setTimeout(go, 20));
    for (const said of ["a", "b", "c", "d", "e"]) {
      word(said);
      expect((await start()).said).toBe(said);
    }
    expect(left()).toHaveLength(4);
    writeFileSync(enough, "");
    expect((await waiting).said).toBe("first");
    word("f");
    await start();
    expect(left()).toHaveLength(3);
  });

  it("fails with the compiler's words, and leaves nothing", async () => {
    write("cli/main.ts", "export const word = ;");
    await expect(start()).rejects.toThrow('Unexpected ";"');
    expect(left()).toEqual([]);
    expect(ofProcesses()).toEqual([]);
  });

  it("needs a folder that it can write, as a run does, and says what to do", async () => {
    write("package.json", JSON.stringify({ devDependencies: { node: process.version.slice(1) } }));
    write("dist", "somebody's file");
    cpSync(path.join(ROOT, "cli/iot.mjs"), path.join(project, "cli/iot.mjs"));
    for (const program of ["cli/iot.mjs", "scripts/local.mjs"]) {
      const stderr = await promisify(execFile)(process.execPath, [program], { cwd: project }).catch(
        (error) => error.stderr,
      );
      expect(stderr).toMatch(/^"\S+\/dist" must be a folder that you can write: .+\nFix: .+ of your own.*\n$/);
    }
  });
});
