import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Declared, DeclareJob } from "./declare-job";

/** All that a declaration and its functions' code are made of. */
const SOURCES = ["index.ts", "contract", "lambda", "lib", "local", "watch", "package-lock.json"];
/** Declarations that are kept. */
const KEPT = 30;

/**
 * What was declared before from the same sources with the same configuration: it takes two seconds of processor time, and a run seldom
 * changes either. A folder for each in `dist/declared/`; anything that goes wrong with one means that it is declared again.
 */
export class DeclaredBefore {
  readonly #folder: string;
  readonly #own: string;
  readonly #files: DeclareJob["files"];

  constructor(projectRoot: string, { config, stack, files }: DeclareJob) {
    this.#folder = path.join(projectRoot, "dist", "declared");
    this.#own = path.join(this.#folder, keyOf(projectRoot, { config, stack }));
    this.#files = files;
  }

  /** Writes the functions' code where the job wants it. Undefined where it has not been declared. */
  read(): Declared | undefined {
    try {
      const declared = JSON.parse(readFileSync(path.join(this.#own, "declared.json"), "utf8"));
      for (const [name, file] of this.#places()) copy(path.join(this.#own, name), file);
      return declared;
    } catch {
      return undefined;
    }
  }

  /** Keeps what the job has declared and written. */
  keep(declared: Declared): void {
    const unfinished = `${this.#own}.${process.pid}`;
    try {
      mkdirSync(unfinished, { recursive: true });
      for (const [name, file] of this.#places()) copy(file, path.join(unfinished, name));
      writeFileSync(path.join(unfinished, "declared.json"), JSON.stringify(declared));
      rmSync(this.#own, { recursive: true, force: true });
      renameSync(unfinished, this.#own);
      this.#removeOld();
    } catch {
      // Another run has kept the same meanwhile, or there is no room.
      rmSync(unfinished, { recursive: true, force: true });
    }
  }

  #places(): readonly (readonly [name: string, file: string])[] {
    const { processor, archiveTransform, deviceWatch } = this.#files;
    return Object.entries({ processor, archiveTransform, watch: deviceWatch.watch, sweep: deviceWatch.sweep });
  }

  #removeOld(): void {
    const folders = readdirSync(this.#folder).map((name) => path.join(this.#folder, name));
    const newestFirst = folders.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    for (const old of newestFirst.slice(KEPT)) rmSync(old, { recursive: true, force: true });
  }
}

/** Copies a file or a folder; a stack without an archive or a device watch has none. */
function copy(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true });
}

function keyOf(projectRoot: string, configuration: Pick<DeclareJob, "config" | "stack">): string {
  const sum = createHash("sha256").update(JSON.stringify([configuration, process.version]));
  for (const source of SOURCES) {
    const from = path.join(projectRoot, source);
    const files = statSync(from).isDirectory()
      ? readdirSync(from, { recursive: true, withFileTypes: true })
      : undefined;
    const names = files?.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name)) ?? [from];
    for (const name of names.sort()) {
      const content = readFileSync(name);
      sum.update(`${name} ${content.length}\n`).update(content);
    }
  }
  return sum.digest("hex");
}
