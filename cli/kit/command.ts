import { commandHelp, groupHelp, type Section } from "./help";
import { didYouMean } from "./nearest";
import { firstPositional, type Options, parseLine, type Values } from "./options";
import type { Io } from "./terminal";
import { UsageError } from "./usage-error";

/** One of a program's commands, with or without subcommands. */
export interface Command {
  /** The word that calls it. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Its options, of all its subcommands together. */
  readonly options: Options;
  /** Its subcommands; a command that has any does nothing itself. */
  readonly commands: readonly Command[];
  /** Whether it changes something, and so goes on to its end though nobody reads what it says. */
  readonly changes: boolean;
  /** Its help where it is called by this path, such as `npx iot device add`. */
  help(path: string): string;
  /**
   * Follows the words after its name, and resolves with the exit status: 0 done, 1 failed.
   * @throws UsageError
   */
  run(args: readonly string[], io: Io): Promise<number>;
}

/** A command without subcommands. */
export interface LeafCommand<Given> extends Command {
  /**
   * What a command line asks for; `now` is in milliseconds since the epoch.
   * @throws UsageError
   */
  parse(args: readonly string[], now?: number): Given;
}

/** All there is to say about a command: parsing, types, defaults and help follow from it. */
export interface CommandDefinition<Positionals extends Options, Declared extends Options> {
  readonly name: string;
  /** One line for the list of commands, as an imperative: "Show a device's latest readings". */
  readonly summary: string;
  /** What it does, in a sentence or a few; a blank line between paragraphs. */
  readonly description: string;
  /** Command lines after its name; the first one also stands in the error for what is missing. */
  readonly examples: readonly [string, ...string[]];
  /** Forms of its command line, after its name. @default one, of what it requires */
  readonly usage?: readonly string[];
  /** Arguments without a name, in their order. @default none */
  readonly positionals?: Positionals;
  /** @default none */
  readonly options?: Declared;
  /** Lists below the options. @default none */
  readonly sections?: readonly Section[];
  /** Whether it changes something, and so goes on to its end though nobody reads what it says. @default false, it only reads */
  readonly changes?: boolean;
  /**
   * Does it, and resolves with the exit status.
   * @throws UsageError for values that do not go together
   */
  run(given: Values<Positionals & Declared>, io: Io): Promise<number>;
}

/** A command from its one declaration. */
export function defineCommand<
  const Positionals extends Options = Record<never, never>,
  const Declared extends Options = Record<never, never>,
>(definition: CommandDefinition<Positionals, Declared>): LeafCommand<Values<Positionals & Declared>> {
  const { name, summary, sections = [], examples, changes = false } = definition;
  const { positionals = {} as Positionals, options = {} as Declared } = definition;
  const parse = (args: readonly string[], now = Date.now()) =>
    parseLine({ name, positionals, options, example: examples[0] }, args, now);
  return {
    name,
    summary,
    options,
    commands: [],
    changes,
    help: (path) => commandHelp(path, { ...definition, positionals, options, sections }),
    parse,
    run: async (args, io) => definition.run(parse(args), io),
  };
}

/** All there is to say about a command with subcommands. */
export interface GroupDefinition {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly description: string;
  /** Command lines after its name. */
  readonly examples: readonly string[];
  readonly commands: readonly Command[];
  /** Lists below the commands. @default none */
  readonly sections?: readonly Section[];
}

/** A command with subcommands. An option has the same form in each subcommand that takes it. */
export function defineGroup(definition: GroupDefinition): Command {
  const { name, summary, commands, sections = [] } = definition;
  const group: Command = {
    name,
    summary,
    commands,
    changes: false,
    options: Object.assign({}, ...commands.map(({ options }) => options)),
    help: (path) => groupHelp(path, { ...definition, sections }, commands),
    run: async (args, io) => {
      const { command, rest } = subcommandOf(group, args) ?? refuseWord(group, args);
      return command.run(rest, io);
    },
  };
  return group;
}

/** A command, and the words behind its name. */
export interface Call {
  readonly command: Command;
  readonly rest: readonly string[];
}

/** The subcommand that the words name, which may stand behind options; undefined where they name none. */
export function subcommandOf({ commands, options }: Command, args: readonly string[]): Call | undefined {
  const place = firstPositional(args, options);
  const command = commands.find(({ name }) => place !== undefined && name === args[place]);
  return command === undefined ? undefined : { command, rest: args.filter((_, at) => at !== place) };
}

/** @throws UsageError always */
function refuseWord({ commands, options }: Command, args: readonly string[]): never {
  const names = commands.map(({ name }) => name);
  const place = firstPositional(args, options);
  const word = place === undefined ? undefined : args[place];
  if (word === undefined) throw new UsageError(`A command is required: one of ${names.join(", ")}`);
  const suggestion = didYouMean(word, names) || ` Fix: use one of ${names.join(", ")}`;
  throw new UsageError(`"${word}" is not a command.${suggestion}`);
}
