/** An alarm of a device: the rule's name and, for what a sensor does, its type. */
export interface AlarmKey {
  readonly rule: string;
  /** "" for what the device itself does. */
  readonly sensorType: string;
}

/** The key as text: `boiler-hot/temperature`, or `quiet` for the device itself. A rule's name has no slash; a sensor type may. */
export function keyText({ rule, sensorType }: AlarmKey): string {
  return sensorType === "" ? rule : `${rule}/${sensorType}`;
}

/** The alarm that a text such as `hot/temperature` names; the inverse of the text it is shown as. */
export function keyOf(text: string): AlarmKey {
  const slash = text.indexOf("/");
  return slash < 0 ? { rule: text, sensorType: "" } : { rule: text.slice(0, slash), sensorType: text.slice(slash + 1) };
}

/** An alarm, or one occurrence of it, as people name it: `boiler-7/boiler-hot/temperature#12`. */
export function alarmName(deviceId: string, key: string, n?: number): string {
  return `${deviceId}/${key}${n === undefined ? "" : `#${n}`}`;
}

/** What a person names: a device, an alarm of it, or one occurrence. */
export interface NamedAlarm {
  readonly deviceId: string;
  /** "" where the whole device is meant. */
  readonly key: string;
  readonly n: number | undefined;
}

/** The parts of an alarm's name; undefined for any other string. A thing's name has no slash, a sensor type no `#`. */
export function parseAlarmName(name: string): NamedAlarm | undefined {
  const [, deviceId, key = "", n] = /^([A-Za-z0-9:_-]{1,128})(?:\/([^#]+))?(?:#(\d{1,9}))?$/su.exec(name) ?? [];
  if (deviceId === undefined || (n !== undefined && key === "")) return undefined;
  return { deviceId, key, n: n === undefined ? undefined : Number(n) };
}
