import { nameOf, type Option, type Options } from "./options";

/** Widest line of a help text, in columns. */
export const HELP_WIDTH = 80;
/** Widest first column: a longer term has its explanation on the next line. */
const TERM_WIDTH = 20;

/** A list below the options, such as the codes that one of them takes. */
export interface Section {
  readonly title: string;
  readonly rows: readonly (readonly [term: string, meaning: string])[];
}

/** What the help of a command is made of. */
export interface Explained {
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What it does; a blank line between paragraphs. */
  readonly description: string;
  /** Command lines, after the command's name. */
  readonly examples: readonly string[];
  /** Forms of the command line, after the command's name. @default one, of what the command requires */
  readonly usage?: readonly string[];
  readonly positionals: Options;
  readonly options: Options;
  readonly sections: readonly Section[];
}

/** The help of a command that is called by this path, such as `npx iot latest`: lines of at most 80 columns. */
export function commandHelp(path: string, explained: Explained): string {
  const { description, examples, positionals, options, sections } = explained;
  return blocks([
    usageOf(path, explained.usage ?? [requiredBy(positionals, options)]),
    description,
    listOf(
      "Arguments:",
      Object.entries(positionals).map(([key, option]) => [option.placeholder ?? key, meaningOf(option)]),
    ),
    listOf("Options:", [
      ...Object.entries(options).map(([key, option]) => [termOf(key, option), meaningOf(option)] as const),
      ["--help", "show this text"],
    ]),
    notesOf({ ...positionals, ...options }),
    ...sections.map(({ title, rows }) => listOf(title, rows)),
    examplesOf(path, examples),
  ]);
}

/** The help of a command with subcommands. */
export function groupHelp(
  path: string,
  { description, examples, sections }: Pick<Explained, "description" | "examples" | "sections">,
  commands: readonly { readonly name: string; readonly summary: string }[],
): string {
  return blocks([
    usageOf(path, ["<command> [options]"]),
    description,
    listOf(
      "Commands:",
      commands.map(({ name, summary }) => [name, summary]),
    ),
    ...sections.map(({ title, rows }) => listOf(title, rows)),
    examplesOf(path, examples),
    `"${path} <command> --help" lists a command's options.`,
  ]);
}

/** A text in lines of at most this width, each with this indent. Lines that begin with a space stay as they are. */
export function wrapped(text: string, width = HELP_WIDTH, indent = ""): string {
  return text
    .split("\n")
    .flatMap((paragraph) => (paragraph.startsWith(" ") ? [paragraph] : linesOf(paragraph, width - indent.length)))
    .map((line) => `${indent}${line}`.trimEnd())
    .join("\n");
}

function linesOf(paragraph: string, width: number): string[] {
  const lines = [""];
  for (const word of paragraph.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

function blocks(texts: readonly string[]): string {
  return texts
    .filter((text) => text !== "")
    .map((text) => wrapped(text))
    .join("\n\n");
}

function usageOf(path: string, forms: readonly string[]): string {
  return forms.map((form, at) => `${at === 0 ? "Usage: " : "       "}${path} ${form}`).join("\n");
}

function requiredBy(positionals: Options, options: Options): string {
  const words = [
    ...Object.entries(positionals).map(([key, { placeholder = key, isRequired }]) =>
      isRequired ? placeholder : `[${placeholder}]`,
    ),
    ...Object.entries(options).flatMap(([key, option]) => (option.isRequired ? [termOf(key, option)] : [])),
    "[options]",
  ];
  return words.join(" ");
}

function termOf(key: string, option: Option<unknown>): string {
  return [`--${nameOf(key, option)}`, ...(option.placeholder === undefined ? [] : [option.placeholder])].join(" ");
}

function meaningOf({ help, absent, aliases = [] }: Option<unknown>): string {
  const also = aliases.length === 0 ? "" : `; also ${aliases.map((name) => `--${name}`).join(", ")}`;
  return `${help}${also}${absent === undefined ? "" : ` (default ${absent})`}`;
}

/** Each note once: options of one kind share theirs. */
function notesOf(options: Options): string {
  return [...new Set(Object.values(options).flatMap(({ note }) => note ?? []))].join("\n");
}

function listOf(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return "";
  const width = Math.min(TERM_WIDTH, Math.max(...rows.map(([term]) => term.length)));
  const indent = " ".repeat(width + 4);
  const lines = rows.map(([term, meaning]) => {
    const text = wrapped(meaning, HELP_WIDTH, indent);
    return term.length > width ? `  ${term}\n${text}` : `  ${term.padEnd(width)}  ${text.slice(indent.length)}`;
  });
  return [title, ...lines].join("\n");
}

function examplesOf(path: string, examples: readonly string[]): string {
  return examples.length === 0
    ? ""
    : ["Examples:", ...examples.map((each) => `  ${path} ${each}`.trimEnd())].join("\n");
}
