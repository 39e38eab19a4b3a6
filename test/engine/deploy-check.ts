import path from "node:path";
import { parseArgs } from "node:util";
import { Engine } from "./engine";
import { findPulumi, HOW_TO_GET_ONE } from "./find-pulumi";
import { changes, plan, type Step } from "./plan";
import { brokenRules } from "./plan-rules";
import { readStackFile } from "./stack-file";
import { Account } from "./stand-in/account";

const USAGE = `Shows what "pulumi up" would create, change or replace, with no AWS account and no credentials: by the real Pulumi
engine, on a stand-in for AWS and a state that is thrown away. Your own state and ~/.pulumi are not touched.

npm run deploy:check -- --stack NAME [--deployed NAME]

  --stack NAME      whose Pulumi.NAME.yaml is looked at (default: dev)
  --deployed NAME   compare with a deployment of this other stack file, such as a copy of the one before your change
                    (default: with nothing deployed)
  --help            this text

It needs a Pulumi CLI that is here already. ${HOW_TO_GET_ONE}.
`;

/** Runs the command. @returns its exit status: 1 where a plan cannot be made or breaks a rule, 2 for a wrong option */
export async function main(args: readonly string[], program: string): Promise<number> {
  let values: { stack: string; deployed?: string | undefined; help: boolean };
  try {
    values = parseArgs({
      args: [...args],
      options: {
        stack: { type: "string", default: "dev" },
        deployed: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values as typeof values;
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  try {
    return await check(values, program);
  } catch (error) {
    console.error(messageOf(error));
    return 1;
  }
}

async function check({ stack, deployed }: { stack: string; deployed?: string | undefined }, program: string) {
  const pulumi = findPulumi();
  if (pulumi === undefined) throw new Error(`A Pulumi CLI must be here, found none. ${HOW_TO_GET_ONE}`);
  const after = readStackFile(program, stack);
  const before = deployed === undefined ? undefined : readStackFile(program, deployed);
  for (const key of after.encrypted) console.log(`"${key}" is encrypted: the plan is made with its default.`);
  const engine = await Engine.start({ pulumi, account: new Account(), program });
  const stop = () => void engine.close().finally(() => process.exit(130));
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    await engine.init(stack, before?.config ?? after.config);
    if (before !== undefined) await engine.must(["up", "--yes", "--skip-preview", "--stack", stack]);
    await engine.configure(stack, after.config);
    const steps = await plan(engine, stack);
    const broken = brokenRules(steps);
    console.log(describePlan(steps, deployed));
    for (const text of broken) console.error(text);
    return broken.length === 0 ? 0 : 1;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await engine.close();
  }
}

/** The plan as a person reads it. */
export function describePlan(steps: readonly Step[], deployed?: string): string {
  const shown = changes(steps).filter(({ type }) => type.startsWith("aws:"));
  const lines = shown.map(({ op, type, name, changed, replacing, protect }) => {
    const why = op === "replace" ? replacing : changed;
    const detail = why.length === 0 ? "" : `: ${why.join(", ")}`;
    const refused = protect && (op === "replace" || op === "delete") ? "  REFUSED: it is protected" : "";
    return `  ${op.padEnd(8)} ${type.split(":").at(-1)?.padEnd(28)} ${name}${detail}${refused}`;
  });
  const counts = Map.groupBy(shown, ({ op }) => op);
  const total = [...counts].map(([op, all]) => `${all.length} to ${op}`).join(", ") || "nothing to do";
  const compared = deployed === undefined ? "a first deployment" : `what Pulumi.${deployed}.yaml deploys`;
  return [...lines, `Compared with ${compared}: ${total}.`].join("\n");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Called by scripts/deploy-check.mjs, which lies beside the program's folder. */
export function run(program: string): void {
  void main(process.argv.slice(2), path.resolve(program)).then((status) => {
    process.exitCode = status;
  });
}
