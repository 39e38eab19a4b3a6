/** The options of a measurement. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/**
 * What `check` makes of the command line's values. Ends the process after `--help`, and with what is wrong and status 2 where an option is
 * unknown or `check` throws.
 */
export function optionsOf<O>(
  command: string,
  help: string,
  defaults: Readonly<Record<string, string>>,
  check: (values: Readonly<Record<string, string>>) => O,
): O {
  const options: ParseArgsOptionsConfig = { help: { type: "boolean", default: false } };
  for (const [name, value] of Object.entries(defaults)) options[name] = { type: "string", default: value };
  try {
    const { help: isAsked, ...values } = parseArgs({ options }).values;
    if (isAsked) {
      console.log(help.trimEnd());
      process.exit(0);
    }
    return check(values as Record<string, string>);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nTry "npm run ${command} -- --help".`);
    process.exit(2);
  }
}

/**
 * The value of an option.
 * @throws Error where it is no whole number, or below `least`
 */
export function wholeNumber(option: string, text: string | undefined, least: number): number {
  const number = Number(text);
  if (text?.trim() && Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`"${option}" must be a whole number from ${least}, got "${text}"`);
}
