import { REJECT_REASONS } from "../../contract/rejected";
import { defineGroup } from "../kit/command";
import { listRejected } from "./list";
import { showRejected } from "./show";
import { rejectedStats } from "./stats";

/** `iot rejected`: records that can never be stored, and why. */
export const rejected = defineGroup({
  name: "rejected",
  summary: "list, count and show rejected records",
  description:
    "Shows records that were rejected because they can never be stored. A record that was rejected twice, by a retry or a " +
    "replay, counts once.",
  examples: ["stats --since 7d", "list --reason not_json"],
  commands: [listRejected, rejectedStats, showRejected],
  sections: [{ title: "Reasons:", rows: Object.entries(REJECT_REASONS) }],
});
