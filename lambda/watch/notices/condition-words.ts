import type { AlarmEvent } from "../../../watch/machine/alarm-event";
import { formatDuration } from "../../../watch/rules/duration";
import type { WatchRule } from "../../../watch/rules/rule";

/** A rule's condition as a notice says it: `above 90`, `silent for 15m`. The rule may be gone. */
export function conditionWords(rule: WatchRule | undefined, { behindMs }: Pick<AlarmEvent, "behindMs">): string {
  if (rule === undefined) return "";
  const { condition } = rule;
  switch (condition.kind) {
    case "above":
    case "below":
      return `${condition.kind} ${condition.limit}`;
    case "outside":
      return `outside ${condition.low} to ${condition.high}`;
    case "anomaly":
      return "out of bounds";
    case "flat":
      return `unchanged for ${formatDuration(condition.forMs)}`;
    case "change":
      return `changes faster than ${condition.perMinute} per minute`;
    case "silent":
      return behindMs === undefined
        ? `silent for ${formatDuration(condition.forMs)}`
        : `sends nothing but old readings: clock ${formatDuration(Math.round(behindMs / 60_000) * 60_000)} behind`;
    case "quality":
      return "bad quality";
  }
}
