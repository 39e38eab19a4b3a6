import { arrivalHour } from "../../contract/arrival-hour";
import { NAMED_QUERIES, type NamedQuery } from "../../lib/named-queries";
import { UsageError } from "../kit/command";
import { oneSelect } from "./sql-text";

/** SQL and what its `?` stand for. */
export interface Question {
  readonly sql: string;
  readonly parameters: readonly string[];
}

const HOUR = /^\d{4}\/(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])\/([01]\d|2[0-3])$/;

/** The options that a named query can ask for. */
export const PARAMETER_OPTIONS = ["from", "to", "device", "minutes", "seconds"] as const;
export type ParameterValues = { readonly [Name in (typeof PARAMETER_OPTIONS)[number]]?: string | undefined };

/**
 * The question that a command line asks: SQL of its own, or a named query with its parameters.
 * The hours are the last 24 where they are left out. @throws UsageError
 */
export function questionOf(
  sql: string | undefined,
  name: string | undefined,
  values: ParameterValues,
  now: number,
): Question {
  if ((sql === undefined) === (name === undefined))
    throw new UsageError('ask with one SQL text or with "--query NAME"; "--list" shows the names');
  if (sql !== undefined) {
    const ignored = PARAMETER_OPTIONS.find((option) => values[option] !== undefined);
    if (ignored !== undefined)
      throw new UsageError(
        `"--${ignored}" must go with "--query NAME", got SQL of your own. Fix: write the condition into the SQL`,
      );
    return { sql: oneSelect(sql), parameters: [] };
  }
  const query = NAMED_QUERIES.find((each) => each.name === name);
  if (query === undefined)
    throw new UsageError(
      `"--query" must be one of ${NAMED_QUERIES.map((each) => each.name).join(", ")}, got "${name}"`,
    );
  const needed = query.parameters.map((parameter) => parameter.name);
  const foreign = PARAMETER_OPTIONS.find((option) => values[option] !== undefined && !needed.includes(option));
  if (foreign !== undefined) throw new UsageError(`"${query.name}" has no "--${foreign}"`);
  const [from, to] = ["from", "to"].map((name) => givenOr24Hours(name, values, now));
  if (from !== undefined && to !== undefined && from > to)
    throw new UsageError(`"--from" must be at or before "--to", got "${from}" and "${to}"`);
  return {
    sql: query.sql,
    parameters: query.parameters.map((parameter) => parameterValue(query, parameter, values, now)),
  };
}

function parameterValue(
  query: NamedQuery,
  { name, description, default: absent }: NamedQuery["parameters"][number],
  values: ParameterValues,
  now: number,
): string {
  const value = values[name as keyof ParameterValues] ?? absent ?? lastDay(name, now);
  if (value === undefined) throw new UsageError(`"${query.name}" needs "--${name}": ${description}`);
  if ((name === "from" || name === "to") && !HOUR.test(value))
    throw new UsageError(`"--${name}" must be the ${description}, got "${value}"`);
  if ((name === "minutes" || name === "seconds") && !/^\d{1,6}$/.test(value))
    throw new UsageError(`"--${name}" must be a whole number, got "${value}"`);
  return value;
}

function givenOr24Hours(name: string, values: ParameterValues, now: number): string | undefined {
  return values[name as keyof ParameterValues] ?? lastDay(name, now);
}

function lastDay(name: string, now: number): string | undefined {
  if (name === "from") return arrivalHour(now - 24 * 60 * 60 * 1000);
  return name === "to" ? arrivalHour(now) : undefined;
}
