import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeStreamSummaryCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { clientConfig, type Target } from "../kit/target";
import { failedBatches } from "./failed";
import { invokeWith } from "./invoker";
import { rejectedBatches } from "./rejected";
import { putWith, ruleErrorBatches } from "./rule-errors";
import { replayAll } from "./run";
import type { Session } from "./session";
import { streamBatches } from "./stream";

/** What can be replayed, and the options that go with it beside those of every replay. */
export interface Source {
  readonly options: readonly string[];
  replay(session: Session): Promise<void>;
}

/** By the word on the command line. */
export const SOURCES: Readonly<Record<string, Source>> = {
  failed: {
    options: ["since", "until"],
    replay(session) {
      const { target, s3, marks, tally, manner, ports } = session;
      return replayAll(failedBatches(s3, session, marks, tally, ports), invokerOf(target), tally, manner, ports);
    },
  },
  rejected: {
    options: ["since", "until", "reason", "device", "as-arrived"],
    replay(session) {
      const { target, s3, marks, tally, manner, ports } = session;
      const question = { ...session, streamArn: target.output("kinesis_stream_arn") };
      const invoke = invokerOf(target, session.asArrived);
      return replayAll(rejectedBatches(s3, question, marks, tally, ports), invoke, tally, manner, ports);
    },
  },
  stream: {
    options: ["from", "to"],
    async replay(session) {
      const { target, marks, tally, manner, ports } = session;
      const kinesis = kinesisOf(target);
      const question = { ...session, streamArn: target.output("kinesis_stream_arn") };
      await sayWhatIsGone(kinesis, question, session);
      const batches = streamBatches(kinesis, question, marks, tally, ports);
      await replayAll(batches, invokerOf(target), tally, manner, ports);
    },
  },
  "rule-errors": {
    options: ["since", "until"],
    replay(session) {
      const { target, marks, tally, manner, ports } = session;
      const logs = new CloudWatchLogsClient(clientConfig(target));
      const question = { ...session, logGroupName: target.output("rule_error_log"), topicPrefix: target.topicPrefix };
      const put = putWith(kinesisOf(target), target.output("kinesis_stream_arn"));
      return replayAll(ruleErrorBatches(logs, question, marks, tally, ports), put, tally, manner, ports);
    },
  },
};

function invokerOf(target: Target, asArrived = false) {
  return invokeWith(new LambdaClient(clientConfig(target)), target.output("lambda_function_name"), asArrived);
}

function kinesisOf(target: Target): KinesisClient {
  return new KinesisClient(clientConfig(target));
}

/** A period that begins before the stream does is read from the stream's beginning, with no word from Kinesis. */
async function sayWhatIsGone(
  kinesis: KinesisClient,
  { streamArn, from }: { readonly streamArn: string; readonly from: number },
  { ports: { io, now } }: Session,
): Promise<void> {
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamARN: streamArn }));
  const hours = StreamDescriptionSummary?.RetentionPeriodHours ?? 24;
  if (from < now() - hours * 3_600_000)
    io.note(`the stream keeps ${hours} h: what arrived before that is not in it any more`);
}
