import type { AlarmEvent } from "../../../watch/machine/alarm-event";
import { alarmName, keyOf } from "../../../watch/machine/alarm-name";
import { defined } from "../../../watch/machine/turn";
import type { RuleSet } from "../../../watch/rules/rule-set";
import type { OutboxEntry } from "../../../watch/store/outbox";

/** A notice as machines read it: one alarm, one event. Times are milliseconds since the epoch; a field without a value is absent. */
export interface FeedMessage extends Omit<AlarmEvent, "kind" | "key" | "n"> {
  /** The same for every attempt: deduplicate by it. */
  readonly id: string;
  readonly alarm: string;
  readonly device: string;
  readonly rule: string;
  readonly sensorType?: string;
  readonly occurrence: number;
  readonly event: AlarmEvent["kind"];
  readonly text?: string;
  readonly runbook?: string;
}

/** The message for machines of an entry of the outbox. */
export function feedMessage(deviceId: string, { id, event }: OutboxEntry, rules: RuleSet): FeedMessage {
  const { kind, key, n, ...said } = event;
  const { rule, sensorType } = keyOf(key);
  const words = rules.find(rule, deviceId, sensorType);
  return {
    id,
    alarm: key === "*" ? deviceId : alarmName(deviceId, key, n),
    device: deviceId,
    rule,
    ...(sensorType !== "" && { sensorType }),
    occurrence: n,
    event: kind,
    ...said,
    ...defined({ text: words?.text, runbook: words?.runbook }),
  };
}
