import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { OutputName } from "../../contract/outputs";
import { UsageError } from "./command";
import { refuseLocalEndpoints } from "./deployed-endpoints";
import { pulumiCommand } from "./pulumi-command";

/** The stack that a command works with: a deployed one, or the one that runs here. */
export interface Target {
  /** The local run's AWS endpoint; undefined for a deployed stack. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** An output of the stack, by its name. @throws Error where the stack has none of that name */
  output(name: OutputName): string;
  /** The levels before `sensor/` in the stack's topics, "" where there are none. */
  readonly topicPrefix: string;
}

/** Options that say which stack, for parseArgs. */
export const TARGET_OPTIONS = {
  stack: { type: "string" },
  outputs: { type: "string" },
  endpoint: { type: "string" },
} as const;

export const TARGET_HELP = `  --stack NAME     the deployed stack of this name, by its outputs as Pulumi has them
  --outputs FILE   the deployed stack whose outputs are in this file, from "pulumi stack output --json"
  --endpoint URL   the local run at this endpoint (default: AWS_ENDPOINT_URL, or http://127.0.0.1:4566)
`;

const DEFAULT_ENDPOINT = "http://127.0.0.1:4566";

export interface TargetValues {
  readonly stack?: string | undefined;
  readonly outputs?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** The stack that the options name; the local run where they name none. @throws UsageError, or Error with what to do */
export async function targetOf(values: TargetValues, env = process.env): Promise<Target> {
  const { stack, outputs, endpoint } = values;
  if ([stack, outputs, endpoint].filter((value) => value !== undefined).length > 1)
    throw new UsageError('"--stack", "--outputs" and "--endpoint" exclude each other');
  if (stack !== undefined) {
    await refuseLocalEndpoints("--stack", env);
    return targetFrom(await stackOutputs(stack, env), `the stack "${stack}"`);
  }
  if (outputs !== undefined) {
    await refuseLocalEndpoints("--outputs", env);
    const read = await outputsIn(outputs);
    refuseLocalOutputs(read, outputs);
    return targetFrom(read, `"${outputs}"`);
  }
  const url = endpoint ?? (env.AWS_ENDPOINT_URL || DEFAULT_ENDPOINT);
  return targetFrom(await localOutputs(url), `the local run at ${url}`, url);
}

/** The local run at the usual endpoint; undefined where none is up. */
export async function localRun(env = process.env): Promise<Target | undefined> {
  const endpoint = env.AWS_ENDPOINT_URL || DEFAULT_ENDPOINT;
  return targetOf({ endpoint }).catch((error) => {
    if (error instanceof UsageError) throw error;
    return undefined;
  });
}

/** What every SDK client of a command is made with. */
export function clientConfig({ region, endpoint }: Target) {
  if (endpoint === undefined) return { region };
  // The local run looks at no credentials, and the SDK does not send without.
  return { region, endpoint, credentials: { accessKeyId: "local", secretAccessKey: "local" }, forcePathStyle: true };
}

function targetFrom(outputs: Readonly<Record<string, unknown>>, what: string, endpoint?: string): Target {
  const output = (name: OutputName) => {
    const value = outputs[name];
    if (typeof value !== "string")
      throw new Error(
        `${what} has no output "${name}": is it of this project, and of this version? Fix: npx pulumi up`,
      );
    return value;
  };
  // A stack that an earlier version deployed has no prefix, and no output that says so.
  const { topic_prefix: topicPrefix = "" } = outputs;
  return { endpoint, region: output("region"), output, topicPrefix: String(topicPrefix) };
}

/** @throws UsageError for outputs that the local run has printed: the commands would ask AWS for what is here */
function refuseLocalOutputs({ iot_endpoint: host }: Readonly<Record<string, unknown>>, file: string): void {
  if (typeof host === "string" && /^local-ats\./.test(host))
    throw new UsageError(
      `"--outputs" must be the outputs of a deployed stack, got those of a local run in "${file}". Fix: leave "--outputs" out, or name the run with "--endpoint"`,
    );
}

async function localOutputs(url: string): Promise<Record<string, unknown>> {
  if (!URL.canParse(url)) throw new UsageError(`"--endpoint" must be a URL, such as ${DEFAULT_ENDPOINT}, got "${url}"`);
  let notReady: string | undefined;
  try {
    const response = await fetch(new URL("/_local/outputs", url));
    if (response.ok) return (await response.json()) as Record<string, unknown>;
    if (response.status === 503) notReady = ((await response.json()) as { problems?: string[] }).problems?.[0];
  } catch {
    // Said below, as for an answer that is none.
  }
  if (notReady !== undefined) throw new Error(`${url}: ${notReady}`);
  throw new Error(
    `nothing of this project answers at ${url}. Start "npm run local", or name a deployed stack with "--stack"`,
  );
}

async function outputsIn(file: string): Promise<Record<string, unknown>> {
  const rule = '"--outputs" must be a file that "pulumi stack output --json" has written';
  let outputs: unknown;
  try {
    outputs = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${rule}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof outputs !== "object" || outputs === null || Array.isArray(outputs))
    throw new UsageError(`${rule}, got "${file}", which holds no JSON object`);
  return outputs as Record<string, unknown>;
}

async function stackOutputs(stack: string, env: NodeJS.ProcessEnv): Promise<Record<string, unknown>> {
  try {
    const { stdout } = await promisify(execFile)(pulumiCommand(env), ["stack", "output", "--json", "--stack", stack], {
      env,
      maxBuffer: 16 * 1024 * 1024,
    });
    return JSON.parse(stdout);
  } catch (error) {
    const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new Error(
      `the outputs of the stack "${stack}" cannot be read${words === "" ? "" : `: ${words}`}. Fix: pulumi login; or install the Pulumi CLI; or give the outputs in a file with "--outputs"`,
    );
  }
}
