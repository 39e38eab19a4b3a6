import { AthenaClient } from "@aws-sdk/client-athena";
import { NAMED_QUERIES } from "../../lib/named-queries";
import { FLAG, parsed, TEXT } from "../kit/arguments";
import { type Command, type Io, UsageError } from "../kit/command";
import { type Answer, counted, formatAnswer, formatOf } from "../kit/output";
import { clientConfig, localRun, TARGET_HELP, TARGET_OPTIONS, type TargetValues, targetOf } from "../kit/target";
import { askAthena } from "./athena-history";
import { askLive } from "./live-history";
import { askFolder } from "./local-history";
import { type Question, questionOf } from "./question";

const DEFAULT_FOLDER = ".local/data";

const HELP = `Usage: npx iot history [options] "SELECT …"
       npx iot history [options] --query NAME [parameters]

Asks the cold tier with SQL: the tables "readings" and "rejected", by the hour of arrival ("arrival_hour", yyyy/MM/dd/HH, UTC).
It asks the local run that is up, or else what a run has kept (npm run local -- --keep ${DEFAULT_FOLDER}), or a deployed stack
through Athena.

  --data DIR       what a run has kept in this folder (default ${DEFAULT_FOLDER}, where no local run is up)
${TARGET_HELP}  --query NAME     a named query; --list shows them
  --from HOUR      its first hour of arrival (default: 24 hours ago)
  --to HOUR        its last hour of arrival (default: now)
  --device NAME    what else a named query asks for
  --minutes N
  --seconds N
  --list           the named queries and their parameters
  --json           one JSON object a line
  --csv            comma-separated values
  --help           this text
`;

/** `iot history`: SQL over the cold tier, here or deployed. */
export const history: Command = {
  name: "history",
  summary: "queries the archive with SQL",
  help: HELP,
  async run(args, io) {
    const { values, sql } = parse(args);
    const format = formatOf(values);
    if (values.list) {
      io.result(formatAnswer(list(), format));
      return 0;
    }
    const question = questionOf(sql, values.query, values, Date.now());
    const answer = await ask(values, question, io);
    io.result(formatAnswer(answer, format));
    io.note(counted(answer.rows.length, "row"));
    if (answer.rows.length === 0 && values.query !== undefined)
      io.note(
        "the hours are those of arrival, not of the readings' own time: what was sent late is under the hour in which it came",
      );
    return 0;
  },
};

function parse(args: readonly string[]) {
  const { values, positionals } = parsed({
    args: [...args],
    allowPositionals: true,
    options: {
      ...TARGET_OPTIONS,
      data: TEXT,
      query: TEXT,
      from: TEXT,
      to: TEXT,
      device: TEXT,
      minutes: TEXT,
      seconds: TEXT,
      list: FLAG,
      json: FLAG,
      csv: FLAG,
    },
  });
  if (positionals.length > 1) throw new UsageError("SQL must be one text: put it in quotes");
  return { values, sql: positionals[0] };
}

async function ask(values: TargetValues & { data?: string | undefined }, question: Question, io: Io): Promise<Answer> {
  const { data, stack, outputs, endpoint } = values;
  const named = stack ?? outputs ?? endpoint;
  if (data !== undefined && named !== undefined)
    throw new UsageError('"--data" excludes "--stack", "--outputs" and "--endpoint"');
  if (data !== undefined) return askFolder(data, question);
  const target = named === undefined ? await localRun() : await targetOf(values);
  if (target === undefined) {
    io.note(`no local run is up: this is what a run has kept in ${DEFAULT_FOLDER}`);
    return askFolder(DEFAULT_FOLDER, question);
  }
  if (target.endpoint !== undefined) return askLive(target, target.endpoint, question, io);
  const database = target.output("athena_database");
  const workgroup = target.output("athena_workgroup");
  return askAthena(new AthenaClient(clientConfig(target)), { database, workgroup }, question, io);
}

function list(): Answer {
  return {
    columns: ["query", "parameters", "what it tells"],
    rows: NAMED_QUERIES.map(({ name, parameters, description }) => [
      name,
      [...new Set(parameters.map((parameter) => `--${parameter.name}`))].join(" "),
      description,
    ]),
  };
}
