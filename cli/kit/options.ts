import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean } from "./nearest";
import { UsageError } from "./usage-error";
import type { Kind } from "./values";

/** How an option stands beside others. Options are named by their keys in the declaration. */
export interface Traits {
  /** Its name on the command line, without dashes. @default the key, in kebab case */
  readonly name?: string;
  /** Other names that are taken for it, such as one that an earlier version had. */
  readonly aliases?: readonly string[];
  /** Options that cannot be given with it. */
  readonly excludes?: readonly string[];
  /** Options that must be given with it. */
  readonly needs?: readonly string[];
  /** What happens without it, for the help, where no default's text says so. */
  readonly absent?: string;
}

/** An option or an argument of a command: how it is named, explained and read. */
export interface Option<Value> extends Traits {
  /** Stands for its value in the help; undefined for a flag. */
  readonly placeholder: string | undefined;
  /** What it does, in a few words. */
  readonly help: string;
  /** What its value must be; empty for a flag. */
  readonly rule: string;
  /** A line of the help that explains the placeholder. */
  readonly note?: string;
  readonly isRequired: boolean;
  /**
   * Its value from the strings that were given: none where it was left out.
   * @param shown Its name as an error has it.
   * @throws UsageError where a string breaks the rule
   */
  readonly read: (shown: string, texts: readonly string[], now: number) => Value;
}

/** Options by key: the key names the value that the command gets. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of declared options. */
export type Values<Declared extends Options> = {
  readonly [Key in keyof Declared]: Declared[Key] extends Option<infer Value> ? Value : never;
};

/** An option that may be left out: its value is undefined then. */
export function optional<Value>(kind: Kind<Value>, help: string, traits: Traits = {}): Option<Value | undefined> {
  return {
    ...described(kind, help, traits),
    isRequired: false,
    read: (shown, texts, now) => lastOf(kind, shown, texts, now),
  };
}

/** An option that must be given. */
export function required<Value>(kind: Kind<Value>, help: string, traits: Traits = {}): Option<Value> {
  return {
    ...described(kind, help, traits),
    isRequired: true,
    read: (shown, texts, now) => lastOf(kind, shown, texts, now) ?? refuse(kind, shown, undefined),
  };
}

/** An option with a default: a string as a person would type it, or one that is made from the present time. */
export function withDefault<Value>(
  kind: Kind<Value>,
  absent: string | ((now: number) => string),
  help: string,
  traits: Traits = {},
): Option<Value> {
  return {
    ...described(kind, help, { ...(typeof absent === "string" ? { absent } : {}), ...traits }),
    isRequired: false,
    read: (shown, texts, now) =>
      lastOf(kind, shown, texts, now) ?? readText(kind, shown, typeof absent === "string" ? absent : absent(now), now),
  };
}

/** An option that may be given more than once. */
export function repeated<Value>(kind: Kind<Value>, help: string, traits: Traits = {}): Option<readonly Value[]> {
  return {
    ...described(kind, `${help}; may be repeated`, traits),
    isRequired: false,
    read: (shown, texts, now) => texts.map((each) => readText(kind, shown, each, now)),
  };
}

/** An option without a value. */
export function flag(help: string, traits: Traits = {}): Option<boolean> {
  const read = (_shown: string, texts: readonly string[]) => texts.length > 0;
  return { ...traits, placeholder: undefined, help, rule: "", isRequired: false, read };
}

/** The name on the command line of the option with this key, without dashes. */
export function nameOf(key: string, option: Option<unknown>): string {
  return option.name ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What the command line of a command can hold. */
export interface Syntax<Positionals extends Options, Declared extends Options> {
  /** The command's name, for errors. */
  readonly name: string;
  /** Arguments without a name, in their order. */
  readonly positionals: Positionals;
  readonly options: Declared;
  /** A command line that is right, after the command's name. */
  readonly example: string;
}

/**
 * Reads a command line: the values of its arguments and options by their keys. Of an option that is given twice the last one counts.
 * @throws UsageError for an option that is unknown, missing, of the wrong form, or excluded by another
 */
export function parseLine<Positionals extends Options, Declared extends Options>(
  syntax: Syntax<Positionals, Declared>,
  args: readonly string[],
  now: number,
): Values<Positionals & Declared> {
  const { positionals, options, example } = syntax;
  const given = givenTexts(syntax, args);
  const declared = [
    ...Object.entries(positionals).map(([key, option]) => ({ key, option, shown: option.placeholder ?? key })),
    ...Object.entries(options).map(([key, option]) => ({ key, option, shown: `--${nameOf(key, option)}` })),
  ];
  const missing = declared.filter(({ key, option }) => option.isRequired && !given.has(key));
  if (missing.length > 0) {
    const names = missing.map(({ shown }) => `"${shown}"`).join(" and ");
    throw new UsageError(`${names} ${missing.length === 1 ? "is" : "are"} required, for example ${example}`);
  }
  refuseCombinations(options, given);
  const values = declared.map(({ key, option, shown }) => {
    const { name = shown, texts = [] } = given.get(key) ?? {};
    return [key, option.read(name, texts, now)];
  });
  return Object.fromEntries(values) as Values<Positionals & Declared>;
}

/** The index of the first argument without a name, such as a subcommand; undefined if there is none. */
export function firstPositional(args: readonly string[], options: Options): number | undefined {
  return tokensOf(args, byName(options)).find((token) => token.kind === "positional")?.index;
}

/** An option on a command line: its name as it was typed last, and its texts; a flag's are empty. */
interface Given {
  readonly name: string;
  readonly texts: readonly string[];
}

/**
 * The options and arguments on the command line, by key.
 * @throws UsageError for an undeclared one
 */
function givenTexts({ name, positionals, options }: Syntax<Options, Options>, args: readonly string[]) {
  const names = byName(options);
  const open = Object.entries(positionals);
  const given = new Map<string, Given>();
  const add = (key: string, typed: string, text: string) =>
    given.set(key, { name: typed, texts: [...(given.get(key)?.texts ?? []), text] });
  for (const token of tokensOf(args, names)) {
    if (token.kind === "positional") {
      const [key, option] = open.shift() ?? [];
      if (key === undefined) throw new UsageError(`"${token.value}" is one argument too many. Fix: leave it out`);
      add(key, option?.placeholder ?? key, token.value);
    } else if (token.kind === "option") {
      const named = names.get(token.name);
      if (named === undefined) {
        const known = [...names.keys(), "help"].map((known) => `--${known}`);
        const suggestion = didYouMean(token.rawName, known);
        throw new UsageError(`"${token.rawName}" is not an option of "${name}"${suggestion && `.${suggestion}`}`);
      }
      add(named.key, token.rawName, textIn(named.option, token));
    }
  }
  return given;
}

/** A piece of a command line, as Node.js parses it. */
type Token =
  | { readonly kind: "positional"; readonly index: number; readonly value: string }
  | { readonly kind: "option-terminator"; readonly index: number }
  | OptionToken;

interface OptionToken {
  readonly kind: "option";
  readonly index: number;
  readonly name: string;
  /** The name with its dashes. */
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** @throws UsageError for a flag with a value, or an option whose value is missing */
function textIn(option: Option<unknown>, { rawName, value, inlineValue }: OptionToken): string {
  if (option.placeholder === undefined) {
    if (value !== undefined) throw new UsageError(`"${rawName}" must be given without a value, got "${value}"`);
    return "";
  }
  if (value === undefined) return refuse(option, rawName, undefined);
  // "--since --json" lacks a value; "--since=--json" has one.
  if (!inlineValue && /^-./.test(value)) return refuse(option, rawName, value);
  return value;
}

function byName(options: Options): Map<string, { readonly key: string; readonly option: Option<unknown> }> {
  return new Map(
    Object.entries(options).flatMap(([key, option]) =>
      [nameOf(key, option), ...(option.aliases ?? [])].map((name) => [name, { key, option }] as const),
    ),
  );
}

function tokensOf(args: readonly string[], names: ReturnType<typeof byName>): readonly Token[] {
  const options: NonNullable<ParseArgsConfig["options"]> = Object.fromEntries(
    [...names].map(([name, { option }]) => [name, { type: option.placeholder === undefined ? "boolean" : "string" }]),
  );
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

/** @throws UsageError where an option stands beside one that it excludes, or without one that it needs */
function refuseCombinations(options: Options, given: ReadonlyMap<string, unknown>): void {
  const shown = (key: string) => {
    const option = options[key];
    return option === undefined ? key : `--${nameOf(key, option)}`;
  };
  for (const [key, { excludes = [], needs = [] }] of Object.entries(options)) {
    if (!given.has(key)) continue;
    const excluded = excludes.find((other) => given.has(other));
    if (excluded !== undefined)
      throw new UsageError(
        `"${shown(key)}" must be given without "${shown(excluded)}", got both. Fix: leave one of them out`,
      );
    const needed = needs.find((other) => !given.has(other));
    if (needed !== undefined)
      throw new UsageError(`"${shown(key)}" must be given with "${shown(needed)}", got it alone`);
  }
}

function described({ placeholder, rule, note }: Kind<unknown>, help: string, traits: Traits) {
  return { ...traits, placeholder, help, rule, ...(note === undefined ? {} : { note }) };
}

function lastOf<Value>(kind: Kind<Value>, shown: string, texts: readonly string[], now: number): Value | undefined {
  const last = texts.at(-1);
  return last === undefined ? undefined : readText(kind, shown, last, now);
}

function readText<Value>(kind: Kind<Value>, shown: string, given: string, now: number): Value {
  return kind.read(given, now) ?? refuse(kind, shown, given);
}

/** @throws UsageError always */
function refuse(
  { rule, hint }: { readonly rule: string; readonly hint?: (text: string) => string },
  shown: string,
  given: string | undefined,
): never {
  const got = given === undefined ? "nothing" : `"${given}"`;
  const suggestion = given === undefined ? "" : (hint?.(given) ?? "");
  throw new UsageError(`"${shown}" must be ${rule}, got ${got}${suggestion === "" ? "" : `.${suggestion}`}`);
}
