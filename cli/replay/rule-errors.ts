import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { defineCommand } from "../kit/command";
import { optional } from "../kit/options";
import { clientConfig } from "../kit/target";
import { periodOf } from "../kit/time";
import { time } from "../kit/values";
import { putWith, ruleErrorBatches } from "./rule-error-batches";
import { replayAll } from "./run";
import { kinesisOf, REPLAY_OPTIONS, replayFrom } from "./session";

/** `iot replay rule-errors`: messages that the rule could not put into the stream. */
export const replayRuleErrors = defineCommand({
  name: "rule-errors",
  summary: "replay messages that the rule could not put into the stream",
  description:
    "Puts the messages of the rule's error log into the stream. They arrive anew: a reading replaces one with the same " +
    "device, type and time that arrived since the failure, and a reading without a timestamp gets the present time.",
  examples: ["--dry-run", "--since 2h --stack dev"],
  options: {
    since: optional(time, "failed from then on", { absent: "all that are kept" }),
    until: optional(time, "failed before then"),
    ...REPLAY_OPTIONS,
  },
  changes: true,
  async run({ again, ...values }, io) {
    const period = periodOf(values);
    return replayFrom("rule-errors", { again, ...values }, io, ({ target, marks, tally, manner, deps }) => {
      const logs = new CloudWatchLogsClient(clientConfig(target));
      const { topicPrefix } = target;
      const question = { ...period, logGroupName: target.output("rule_error_log"), topicPrefix, again };
      const put = putWith(kinesisOf(target), target.output("kinesis_stream_arn"));
      return replayAll(ruleErrorBatches(logs, question, marks, tally, deps), put, tally, manner, deps);
    });
  },
});
