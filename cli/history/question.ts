import { NAMED_QUERIES, type NamedQuery, type QueryParameter } from "../../lib/named-queries";
import { optional, type Values } from "../kit/options";
import { arrivalHours } from "../kit/time";
import { UsageError } from "../kit/usage-error";
import { oneOf, text, time, wholeNumber } from "../kit/values";
import { oneSelect } from "./sql-text";

/** SQL, and the values of its `?` in their order. */
export interface Question {
  readonly sql: string;
  readonly parameters: readonly string[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_LENGTH = 999_999;

/** The options that fill a named query's parameters. */
export const PARAMETER_OPTIONS = {
  since: optional(time, "from the hour of arrival of this time", { excludes: ["from"], absent: "24h" }),
  until: optional(time, "before this time", { excludes: ["to"], absent: "now" }),
  from: optional(time, "older name of --since"),
  to: optional(time, "instead of --until: the last hour or day, itself included"),
  device: optional(text("NAME", "a device's name"), "a parameter of some named queries"),
  minutes: optional(wholeNumber(0, MAX_LENGTH), "a parameter of some named queries"),
  seconds: optional(wholeNumber(0, MAX_LENGTH), "a parameter of some named queries"),
};

/** The values of these options; undefined where one was left out. */
export type ParameterValues = Partial<Values<typeof PARAMETER_OPTIONS>>;

/** Options by the parameters that they fill, where the names differ. */
const OPTIONS_OF: Readonly<Record<string, readonly (keyof ParameterValues)[]>> = {
  from: ["since", "from"],
  to: ["until", "to"],
};

/** The option that fills a named query's parameter, with its dashes. */
export function optionOf(parameter: string): string {
  return `--${optionsOf(parameter)[0] ?? parameter}`;
}

/**
 * The question that a command line asks: SQL of its own, or a named query with its parameters.
 * Without a period it is the last 24 hours.
 * @throws UsageError
 */
export function questionOf(
  sql: string | undefined,
  name: string | undefined,
  values: ParameterValues,
  now: number,
): Question {
  if ((sql === undefined) === (name === undefined))
    throw new UsageError(
      `"SQL" or "--query NAME" is required, got ${sql === undefined ? "neither" : "both"}. Fix: choose a name that "--list" shows, or write a SELECT`,
    );
  const given = (Object.keys(PARAMETER_OPTIONS) as (keyof ParameterValues)[]).filter(
    (option) => values[option] !== undefined,
  );
  if (sql !== undefined) {
    if (given[0] !== undefined)
      throw new UsageError(
        `"--${given[0]}" must be given with "--query NAME", got SQL. Fix: write the condition into the SQL`,
      );
    return { sql: oneSelect(sql), parameters: [] };
  }
  const query = queryNamed(name ?? "");
  const needed = query.parameters.flatMap((parameter) => optionsOf(parameter.name));
  const foreign = given.find((option) => !needed.includes(option));
  if (foreign !== undefined) throw new UsageError(`"${query.name}" has no parameter "--${foreign}"`);
  const { since, until, from, to } = values;
  const { first, last } = arrivalHours({ since, until, from, to }, { from: now - DAY_MS, until: now });
  const parameters = query.parameters.map((parameter) =>
    parameterValue(query, parameter, { ...values, from: first, to: last }),
  );
  return { sql: query.sql, parameters };
}

/** @throws UsageError where there is no such query */
function queryNamed(name: string): NamedQuery {
  const names = oneOf(
    "NAME",
    NAMED_QUERIES.map((query) => query.name),
  );
  const query = NAMED_QUERIES.find((each) => each.name === name);
  if (query === undefined)
    throw new UsageError(`"--query" must be ${names.rule}, got "${name}".${names.hint?.(name) ?? ""}`);
  return query;
}

/** @throws UsageError where a parameter without a default was left out */
function parameterValue(
  query: NamedQuery,
  { name, description, default: absent }: QueryParameter,
  values: Readonly<Record<string, unknown>>,
): string {
  const value = values[name] ?? absent;
  if (value === undefined) throw new UsageError(`"--${name}" is required by "${query.name}": ${description}`);
  return String(value);
}

function optionsOf(parameter: string): readonly string[] {
  return OPTIONS_OF[parameter] ?? [parameter];
}
