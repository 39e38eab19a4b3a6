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

/** Declarations that are kept. */
const KEPT = 30;
/** The functions whose code is kept, where the stack has them. */
const CODE = ["processor", "archiveTransform", "watch", "sweep"] as const;
type Code = (typeof CODE)[number];

/** What `declared.json` holds. */
interface Kept {
  readonly declared: Declared;
  /** Each of these is beside it: where one is gone, nothing of it counts. */
  readonly code: readonly Code[];
}

/**
 * What the same sources declared before with the same configuration: it takes two seconds of processor time, and a run seldom changes
 * either. A folder for each configuration; anything that goes wrong with one means that it is declared again.
 */
export class DeclaredBefore {
  readonly #folder: string;
  readonly #own: string;
  readonly #files: DeclareJob["files"];

  /** @param folder Is for these sources alone. */
  constructor(folder: string, { config, stack, files }: DeclareJob) {
    this.#folder = folder;
    this.#own = path.join(
      folder,
      createHash("sha256")
        .update(JSON.stringify([config, stack]))
        .digest("hex"),
    );
    this.#files = files;
  }

  /** Writes the functions' code where the job wants it. Undefined where it has not been declared. */
  read(): Declared | undefined {
    try {
      const kept: Kept = JSON.parse(readFileSync(path.join(this.#own, "declared.json"), "utf8"));
      for (const name of kept.code) copy(path.join(this.#own, name), this.#places()[name]);
      return kept.declared;
    } catch {
      return undefined;
    }
  }

  /** Keeps what the job has declared and written. */
  keep(declared: Declared): void {
    const unfinished = `${this.#own}.${process.pid}`;
    try {
      mkdirSync(unfinished, { recursive: true });
      const places = this.#places();
      // A stack without an archive or a device watch has no code for them.
      const code = CODE.filter((name) => existsSync(places[name]));
      for (const name of code) copy(places[name], path.join(unfinished, name));
      writeFileSync(path.join(unfinished, "declared.json"), JSON.stringify({ declared, code } satisfies Kept));
      rmSync(this.#own, { recursive: true, force: true });
      renameSync(unfinished, this.#own);
      this.#removeOld();
    } catch {
      // Another run has kept the same meanwhile, or there is no room.
      rmSync(unfinished, { recursive: true, force: true });
    }
  }

  #places(): Readonly<Record<Code, string>> {
    const { processor, archiveTransform, deviceWatch } = this.#files;
    return { processor, archiveTransform, watch: deviceWatch.watch, sweep: deviceWatch.sweep };
  }

  #removeOld(): void {
    const folders = readdirSync(this.#folder).map((name) => path.join(this.#folder, name));
    const newestFirst = folders.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    for (const old of newestFirst.slice(KEPT)) rmSync(old, { recursive: true, force: true });
  }
}

/** Copies a file or a folder. */
function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
}
