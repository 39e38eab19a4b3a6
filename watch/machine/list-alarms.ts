import type { Priority } from "../rules/rule";
import type { RuleSet } from "../rules/rule-set";
import { alarmName, keyOf } from "./alarm-name";
import type { DeviceState, Phase } from "./device-state";
import { shelfOf, silenceOf, suppressedBy } from "./overlay";
import { alarmsOf, defined, type Turn } from "./turn";

/** A line of `iot alarms list`, and of its JSON: times in milliseconds, absent where there is none. */
export interface ListedAlarm {
  readonly alarm: string;
  readonly device: string;
  readonly rule: string;
  readonly sensorType?: string;
  readonly occurrence: number;
  readonly state: Exclude<Phase, "normal"> | "acknowledged";
  readonly since: number;
  readonly raisedAt?: number;
  readonly priority: Priority;
  readonly value?: number;
  readonly peak?: number;
  readonly limit?: number;
  /** Its sensor or device is silent: the value is an old one. */
  readonly noData?: true;
  /** Absent, beside `shelved`, where the shelf holds until the alarm is over. */
  readonly shelvedUntil?: number;
  readonly shelved?: true;
  readonly suppressedBy?: string;
  readonly acknowledgedBy?: string;
}

/** The alarms of a device that are not normal, as a person sees them at an instant. */
export function listAlarms(deviceId: string, device: DeviceState, rules: RuleSet, now: number): readonly ListedAlarm[] {
  const turn: Turn = { deviceId, rules, device, events: [], transitions: [] };
  return alarmsOf(turn).flatMap((alarm) => {
    const { key, state, rule } = alarm;
    const { phase, n, since, raisedAt, value, peak, limit, acked } = state;
    if (phase === "normal") return [];
    const { sensorType } = keyOf(key);
    const shelf = shelfOf(turn, key, now);
    const quiet = rules.quietAt(deviceId, now);
    const isSilence = rule.condition.kind === "silent";
    return {
      alarm: alarmName(deviceId, key, n),
      device: deviceId,
      rule: rule.name,
      ...(sensorType !== "" && { sensorType }),
      occurrence: n,
      state: phase === "active" && acked !== undefined ? "acknowledged" : phase,
      since,
      priority: rule.priority,
      ...defined({ raisedAt, value, peak, limit, shelvedUntil: shelf?.until, acknowledgedBy: acked?.by }),
      ...defined({ suppressedBy: quiet?.reason ?? suppressedBy(turn, alarm) }),
      ...(shelf && { shelved: true as const }),
      ...(!isSilence && silenceOf(turn, key) !== undefined && { noData: true as const }),
    };
  });
}
