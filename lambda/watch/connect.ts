import { readFileSync } from "node:fs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { SNSClient } from "@aws-sdk/client-sns";
import { WATCH_ENV } from "../../contract/watch";
import { readRulesFile } from "../../watch/rules/rules-file";
import { DynamoStore } from "../../watch/store/dynamo-store";
import { SnsPublisher } from "./notices/sns-publisher";
import { readWatchSettings } from "./settings";
import type { Surroundings, SweepSurroundings } from "./surroundings";
import { KinesisClockReader } from "./sweep/kinesis-clock-reader";

/** A store or topic that does not answer in this time is taken for hung. */
const REQUEST_TIMEOUT_MS = 3_000;
const CONNECTION_TIMEOUT_MS = 1_000;

type Variables = Readonly<Record<string, string | undefined>>;

const requestHandler = {
  connectionTimeout: CONNECTION_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  // A response that begins and then hangs.
  socketTimeout: REQUEST_TIMEOUT_MS,
  throwOnRequestTimeout: true,
};

/**
 * What the watch works with: real stores, and the rules of its archive. Region, credentials and `AWS_ENDPOINT_URL` are the SDK's to read.
 * @param folder Where the code lies.
 * @throws Error for an environment or a file of rules that is not usable
 */
export function connectWatch(
  env: Variables,
  folder: string,
): Surroundings & Pick<SweepSurroundings, "rulesHash" | "rulesText"> {
  const settings = readWatchSettings(env, folder);
  const rulesText = readFileSync(settings.rulesFile, "utf8");
  const { rules, hash } = readRulesFile(rulesText, settings.anomalyLimits);
  return {
    settings,
    rules,
    rulesHash: hash,
    rulesText,
    store: new DynamoStore(new DynamoDBClient({ requestHandler }), settings.table, rules),
    publisher: new SnsPublisher(new SNSClient({ requestHandler }), settings.mailTopic, settings.feedTopic),
    now: Date.now,
    // Raw: what goes through the console is wrapped under JSON log format, and then no metrics are found in it.
    log: (line) => process.stdout.write(line),
  };
}

/**
 * The same for the sweep, which reads the stream's clock.
 * @throws Error as `connectWatch` does
 */
export function connectSweep(env: Variables, folder: string): SweepSurroundings {
  const watch = connectWatch(env, folder);
  const { stream } = watch.settings;
  if (stream === undefined)
    throw new Error(`The function's environment is not usable: "${WATCH_ENV.stream}" must be set`);
  return { ...watch, clockReader: new KinesisClockReader(new KinesisClient({ requestHandler }), stream) };
}
