import { AthenaClient } from "@aws-sdk/client-athena";
import { NAMED_QUERIES } from "../../lib/named-queries";
import { FLAG, parsed, TEXT } from "../arguments";
import { type Command, type Io, UsageError } from "../command";
import { type Answer, counted, formatAnswer, formatOf } from "../output";
import { clientConfig, targetOf } from "../target";
import { askAthena } from "./athena-history";
import { askFolder } from "./local-history";
import { type Question, questionOf } from "./question";

const DEFAULT_FOLDER = ".local/data";

const HELP = `Usage: npx iot history [options] "SELECT …"
       npx iot history [options] --query NAME [parameters]

Asks the cold tier with SQL: the tables "readings" and "rejected", by the hour of arrival ("arrival_hour", yyyy/MM/dd/HH, UTC).
Without --stack it asks what a local run has kept: npm run local -- --keep ${DEFAULT_FOLDER}

  --data DIR       the folder that the run has kept (default ${DEFAULT_FOLDER})
  --stack NAME     ask the deployed stack of this name through Athena instead
  --query NAME     a named query; --list shows them
  --from HOUR      its first hour (default: 24 hours ago)
  --to HOUR        its last hour (default: now)
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
  summary: "asks the cold tier with SQL",
  help: HELP,
  async run(args, io) {
    const { values, sql } = parse(args);
    const format = formatOf(values);
    if (values.list) {
      io.result(formatAnswer(list(), format));
      return 0;
    }
    if (values.stack !== undefined && values.data !== undefined)
      throw new UsageError('"--stack" and "--data" exclude each other');
    const question = questionOf(sql, values.query, values, Date.now());
    const answer =
      values.stack === undefined
        ? await askFolder(values.data ?? DEFAULT_FOLDER, question)
        : await askStack(values.stack, question, io);
    io.result(formatAnswer(answer, format));
    io.note(counted(answer.rows.length, "row"));
    return 0;
  },
};

function parse(args: readonly string[]) {
  const { values, positionals } = parsed({
    args: [...args],
    allowPositionals: true,
    options: {
      data: TEXT,
      stack: TEXT,
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

async function askStack(stack: string, question: Question, io: Io): Promise<Answer> {
  const target = await targetOf({ stack });
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
