import { defineGroup } from "../kit/command";
import { replayFailed } from "./failed";
import { replayRejected } from "./rejected";
import { replayRuleErrors } from "./rule-errors";
import { replayStream } from "./stream";

/** `iot replay`: records that were not stored, once more. */
export const replay = defineGroup({
  name: "replay",
  summary: "hand records that were not stored to the processor again",
  description:
    "Hands records to the processor again, as they first arrived, so keys, expiry and verdict don't change and nothing is " +
    "stored twice. Of two readings with the same device, type and time the one that arrived last counts: a replayed reading " +
    "never replaces one that arrived after it.\n\n" +
    "Replayed records are marked in the archive bucket under replayed/, and skipped the next time; the originals stay until " +
    "their lifecycle ends. The processor's metrics count them like any others. A reading that arrived longer ago than " +
    "hotRetentionDays is stored and expires immediately.\n\n" +
    "The exit status is 1 where a record failed or is unusable, and 130 after Ctrl-C, which finishes the current invocation " +
    "and marks its records.",
  examples: ["failed --dry-run", "rejected --reason not_json --since 1d", "stream --since 3h --until 1h"],
  commands: [replayFailed, replayRejected, replayStream, replayRuleErrors],
  sections: [
    {
      title: "The result counts records:",
      rows: [
        ["recovered", "stored now; of rule errors, in the stream now"],
        ["rejected", "rejected by the function, for the first time or again"],
        ["superseded", "gave way to a reading of the same device, type and time that arrived later"],
        ["failed", "none of these; the next replay takes them again"],
        ["unusable", "cannot be replayed; an object that cannot be read counts once"],
        ["replayedBefore", "skipped; of failed batches, the batches"],
      ],
    },
  ],
});
