import type { Declaration } from "./declaration";
import type { RecordedResource } from "./recording";

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

/** What was declared, beside the functions' code. */
export interface Declared {
  readonly declaration: Declaration;
  readonly all: readonly RecordedResource[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** What the process answers: what was declared, or why it cannot be. */
export type DeclareAnswer = Declared | { readonly problem: string };
