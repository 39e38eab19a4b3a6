import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { wordsOf } from "../../contract/error-words";
import { isObject } from "../../contract/json";
import { LOCAL_PATHS } from "../../contract/local-paths";
import type { OutputName } from "../../contract/outputs";
import { PLAIN_ENDPOINT } from "../../stores/plain-endpoint";
import { refuseLocalEndpoints } from "./deployed-endpoints";
import { optional, type Values } from "./options";
import { pulumiCommand } from "./pulumi-command";
import { UsageError } from "./usage-error";
import { text } from "./values";

/** The stack that a command works with: a deployed one, or the one that runs here. */
export interface Target {
  /** The local run's AWS endpoint; undefined for a deployed stack. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /**
   * An output of the stack, by name.
   * @throws Error where the stack has none of that name
   */
  output(name: OutputName): string;
  /** The levels before `sensor/` in the stack's topics, "" where there are none. */
  readonly topicPrefix: string;
  /** The name of the device watch's table; undefined where the stack has no watch. */
  readonly watchTable: string | undefined;
}

const DEFAULT_ENDPOINT = "http://127.0.0.1:4566";
/** A run answers within milliseconds, on a machine that is overloaded within seconds. */
const ANSWERS_WITHIN_MS = 30_000;

/** Options that name the stack; without any, it is the local run. */
export const TARGET_OPTIONS = {
  stack: optional(text("NAME", "the name of a deployed stack"), "the deployed stack of this name", {
    excludes: ["outputs", "endpoint"],
  }),
  outputs: optional(
    text("FILE", 'a file that "pulumi stack output --json" has written'),
    "a deployed stack, by a file with its outputs as JSON",
    { excludes: ["endpoint"] },
  ),
  endpoint: optional(text("URL", `a URL, such as ${DEFAULT_ENDPOINT}`), "the local run at this URL", {
    absent: `AWS_ENDPOINT_URL, or ${DEFAULT_ENDPOINT}`,
  }),
};

/** Which stack a command line names. */
export type TargetValues = Partial<Values<typeof TARGET_OPTIONS>>;

/**
 * The stack that the options name; the local run where they name none.
 * @throws UsageError for a wrong value, Error with the fix
 */
export async function targetOf(values: TargetValues, env = process.env): Promise<Target> {
  const { stack, outputs, endpoint } = values;
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

/** No local run is up at an endpoint: nothing answers, or another program does. */
class NoLocalRun extends Error {}

/**
 * The local run at the usual endpoint; undefined where none is up.
 * @throws UsageError for an endpoint that is not a URL, Error where a run is up that does not answer yet, or no longer
 */
export async function localRun(env = process.env): Promise<Target | undefined> {
  const endpoint = env.AWS_ENDPOINT_URL || DEFAULT_ENDPOINT;
  return targetOf({ endpoint }).catch((error) => {
    if (error instanceof NoLocalRun) return undefined;
    throw error;
  });
}

/** The settings of every SDK client of a command. */
export function clientConfig({ region, endpoint }: Target) {
  if (endpoint === undefined) return { region };
  // The local run checks no credentials, and the SDK sends nothing without.
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { ...PLAIN_ENDPOINT, region, endpoint, credentials, forcePathStyle: true };
}

type Outputs = Readonly<Partial<Record<OutputName, unknown>>>;

function targetFrom(outputs: Outputs, owner: string, endpoint?: string): Target {
  const output = (name: OutputName) => {
    const value = outputs[name];
    if (typeof value !== "string")
      throw new Error(
        `${owner} has no output "${name}", so it is no stack of this project, or of an earlier version. Fix: npx pulumi up`,
      );
    return value;
  };
  // A stack that an earlier version deployed has no prefix, and no output that says so.
  const { topic_prefix: topicPrefix = "", watch_table_name: watchTable } = outputs;
  return {
    endpoint,
    region: output("region"),
    output,
    topicPrefix: String(topicPrefix),
    watchTable: typeof watchTable === "string" && watchTable !== "" ? watchTable : undefined,
  };
}

/** @throws UsageError for the outputs of a local run: a command would look in AWS for what is here */
function refuseLocalOutputs({ iot_endpoint: host }: Outputs, file: string): void {
  if (typeof host === "string" && /^local-ats\./.test(host))
    throw new UsageError(
      `"--outputs" must be the outputs of a deployed stack, got those of a local run in "${file}". Fix: leave "--outputs" out, or name the run with "--endpoint"`,
    );
}

async function localOutputs(url: string): Promise<Outputs> {
  // A host and a port are a URL, too: one whose scheme is the host.
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`"--endpoint" must be a URL with http or https, such as ${DEFAULT_ENDPOINT}, got "${url}"`);
  const { response, answer } = await answerOf(url);
  if (response?.ok && isObject(answer)) return answer;
  if (response !== undefined && response.status >= 500)
    throw new Error(`${url}: ${problemIn(answer) ?? "the local run does not answer"}`);
  throw new NoLocalRun(
    `No local run answers at ${url}. Fix: start "npm run local", or name a deployed stack with "--stack"`,
  );
}

/**
 * What answers at an endpoint: undefined where nothing does, or no HTTP server.
 * @throws Error where one takes the request and does not answer in time
 */
async function answerOf(url: string): Promise<{ readonly response: Response | undefined; readonly answer: unknown }> {
  const inTime = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  const response = await fetch(new URL(LOCAL_PATHS.outputs, url), { signal: inTime }).catch(() => undefined);
  const answer = await response?.json().catch(() => undefined);
  if (inTime.aborted)
    throw new Error(
      `${url} has not answered for ${ANSWERS_WITHIN_MS / 1000} s. Fix: continue the local run where it is suspended, with "fg" in its terminal, or end it`,
    );
  return { response, answer };
}

/** What a run says that has no answer. */
function problemIn(answer: unknown): string | undefined {
  const problems = isObject(answer) ? answer.problems : undefined;
  return Array.isArray(problems) ? String(problems[0]) : undefined;
}

async function outputsIn(file: string): Promise<Outputs> {
  const rule = '"--outputs" must be a file that "pulumi stack output --json" has written';
  let outputs: unknown;
  try {
    outputs = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${rule}: ${wordsOf(error)}`);
  }
  if (typeof outputs !== "object" || outputs === null || Array.isArray(outputs))
    throw new UsageError(`${rule}, got "${file}", which is not a JSON object`);
  return outputs;
}

async function stackOutputs(stack: string, env: NodeJS.ProcessEnv): Promise<Outputs> {
  try {
    const { stdout } = await promisify(execFile)(pulumiCommand(env), ["stack", "output", "--json", "--stack", stack], {
      env,
      maxBuffer: 16 * 1024 * 1024,
    });
    return JSON.parse(stdout);
  } catch (error) {
    const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new Error(
      `The outputs of the stack "${stack}" cannot be read${words === "" ? "" : `: ${words}`}. Fix: log in with "pulumi login", install the Pulumi CLI, or give the outputs in a file with "--outputs"`,
    );
  }
}
