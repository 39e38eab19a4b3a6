import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { AS_ARRIVED_FIELD, REPLAY_FIELD } from "../../contract/invocation";
import type { ReplayedRecord } from "../../contract/stream-record";
import { NOTHING_DONE, type Verdict, verdictOn } from "./answer";

/**
 * Invokes the function like its event source mapping, with records that are marked as replayed, and reads the answer.
 * @param asArrived Whether a reading with a wrong timestamp is stored at its arrival.
 */
export function invokeWith(client: LambdaClient, FunctionName: string, asArrived = false) {
  return async (records: readonly ReplayedRecord[]): Promise<Verdict> => {
    try {
      const { FunctionError, Payload, LogResult } = await client.send(
        new InvokeCommand({
          FunctionName,
          InvocationType: "RequestResponse",
          LogType: "Tail",
          Payload: Buffer.from(
            JSON.stringify({
              Records: records,
              [REPLAY_FIELD]: true,
              ...(asArrived ? { [AS_ARRIVED_FIELD]: true } : {}),
            }),
          ),
        }),
      );
      const answer = {
        functionError: FunctionError,
        payload: Payload?.transformToString() ?? "",
        log: Buffer.from(LogResult ?? "", "base64").toString("utf8"),
      };
      return verdictOn(
        answer,
        records.map(({ kinesis }) => kinesis.sequenceNumber),
      );
    } catch (error) {
      const trouble = statusOf(error) === 413 ? tooLarge(records) : troubleOf(error);
      return { ...NOTHING_DONE, ...trouble };
    }
  };
}

/** Lambda answers RequestTooLargeException, 413, where the event has more than 6 MB: it will do so each time. */
function tooLarge(records: readonly ReplayedRecord[]): Pick<Verdict, "why" | "isLasting"> {
  const first = records[0]?.kinesis.sequenceNumber;
  return { why: `the event from record ${first} on is larger than an invocation takes`, isLasting: true };
}

/** What a verdict says about a call that failed: to be tried again where that may help, else the end of the replay. */
export function troubleOf(error: unknown): Pick<Verdict, "why" | "fatal"> {
  const why = String(error);
  return mayPass(error) ? { why } : { why, fatal: error };
}

/** Whether a call that failed may succeed later: throttled, an error of the service, or no answer. Missing rights stay missing. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = statusOf(error);
  // Without an answer, the connection's error has a code, such as ECONNRESET.
  if (status === undefined) return "code" in error || error.name === "TimeoutError";
  return status >= 500 || status === 429 || /Throttl|ThroughputExceeded/.test(error.name);
}

/** The status that a service answered with; undefined where it did not answer. */
function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}
