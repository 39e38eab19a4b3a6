import { AthenaClient } from "@aws-sdk/client-athena";
import { NAMED_QUERIES } from "../../lib/named-queries";
import { defineCommand } from "../kit/command";
import { flag, optional } from "../kit/options";
import { type Answer, counted, FORMAT_OPTIONS, formatAnswer, formatOf, writeAnswer } from "../kit/output";
import { clientConfig, localRun, TARGET_OPTIONS, type TargetValues, targetOf } from "../kit/target";
import type { Io } from "../kit/terminal";
import { text } from "../kit/values";
import { askAthena } from "./athena-history";
import { askLive } from "./live-history";
import { askKept } from "./local-history";
import { optionOf, PARAMETER_OPTIONS, type Question, questionOf } from "./question";

const DEFAULT_FOLDER = ".local/data";

/** `iot history`: SQL over the archive, here or deployed. */
export const history = defineCommand({
  name: "history",
  summary: "query the archive with SQL",
  description:
    'Queries the archive with SQL: the tables "readings" and "rejected", by the hour of arrival (the column "arrival_hour", ' +
    "yyyy/MM/dd/HH in UTC). Locally DuckDB runs the query, on the run that is up or on a folder that a run has kept; in AWS " +
    "Athena does.",
  examples: ['"SELECT count(*) FROM readings"', "--query device-day --device sensor-001 --since 1d", "--list"],
  usage: ['"SELECT …" [options]', "--query NAME [options]", "--list"],
  positionals: { sql: optional(text("SQL", "a SELECT"), "one SELECT, in quotes") },
  options: {
    query: optional(text("NAME", 'a name that "--list" shows'), "a named query; --list shows them"),
    ...PARAMETER_OPTIONS,
    list: flag("show the named queries and their parameters"),
    data: optional(text("DIR", "a folder"), "the folder of a run's archive", {
      absent: `${DEFAULT_FOLDER}, where no local run is up`,
      excludes: ["stack", "outputs", "endpoint"],
    }),
    ...TARGET_OPTIONS,
    ...FORMAT_OPTIONS,
  },
  async run({ sql, query, list, ...values }, io) {
    const format = formatOf(values);
    if (list) {
      io.result(formatAnswer(namedQueries(), format));
      return 0;
    }
    const question = questionOf(sql, query, values, Date.now());
    const answer = await ask(values, question, io);
    writeAnswer(answer, format, io.result);
    io.note(counted(answer.rows.length, "row"));
    if (answer.rows.length === 0 && query !== undefined)
      io.note("the hours are hours of arrival: a reading that was sent late is in the hour in which it arrived");
    return 0;
  },
});

async function ask(values: TargetValues & { data?: string | undefined }, question: Question, io: Io): Promise<Answer> {
  const { data, stack, outputs, endpoint } = values;
  if (data !== undefined) return askKept(data, question, io);
  const target = (stack ?? outputs ?? endpoint) === undefined ? await localRun() : await targetOf(values);
  if (target === undefined) {
    io.note(`no local run is up: this is the archive that a run has kept in ${DEFAULT_FOLDER}`);
    return askKept(DEFAULT_FOLDER, question, io);
  }
  if (target.endpoint !== undefined) return askLive(target, target.endpoint, question, io);
  const database = target.output("athena_database");
  const workgroup = target.output("athena_workgroup");
  return askAthena(new AthenaClient(clientConfig(target)), { database, workgroup }, question, io);
}

function namedQueries(): Answer {
  return {
    columns: ["query", "parameters", "what it tells"],
    rows: NAMED_QUERIES.map(({ name, parameters, description }) => [
      name,
      [...new Set(parameters.map((parameter) => optionOf(parameter.name)))].join(" "),
      description,
    ]),
  };
}
