import { userInfo } from "node:os";
import { type NamedAlarm, parseAlarmName } from "../../watch/machine/alarm-name";
import { EVERY_ALARM } from "../../watch/machine/device-state";
import { type Options, optional, withDefault } from "../kit/options";
import type { Kind } from "../kit/values";

/** Longest text of a person: it is part of the device's item, of which each KB costs. */
const MAX_TEXT = 200;

/** What a person says, on one line. */
export const LINE: Kind<string> = {
  placeholder: "TEXT",
  rule: `text of 1 to ${MAX_TEXT} characters on one line`,
  read: (given) => (given.trim() !== "" && given.length <= MAX_TEXT && !/\p{Cc}/u.test(given) ? given : undefined),
};

/** An alarm, one occurrence of it, a rule of a device, or a device. */
export const ALARM: Kind<NamedAlarm & { readonly text: string }> = {
  placeholder: "ALARM",
  rule: 'a name that "npx iot alarms list" shows, such as boiler-7/boiler-hot/temperature#12, or a device',
  read: (text) => {
    const named = parseAlarmName(text);
    return named && { ...named, text };
  },
};

/** Who gives a command. */
export const BY_OPTION = {
  by: withDefault({ ...LINE, placeholder: "NAME" }, systemUser, "who does this", {
    absent: "your user name on this machine",
  }),
} satisfies Options;

/** Why somebody does it. */
export const NOTE_OPTION = { note: optional(LINE, "what you found or did") } satisfies Options;

/** A machine can have no name for the one who uses it, as a container has. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER || "unknown";
  }
}

/** The key of a shelf: an alarm, a rule of the device, or all of its alarms. */
export function shelfKeyOf({ key }: NamedAlarm): string {
  return key === "" ? EVERY_ALARM : key;
}

/** A shelf's name for people. */
export function shelfName(deviceId: string, key: string): string {
  return key === EVERY_ALARM ? deviceId : `${deviceId}/${key}`;
}

/** A moment as a table shows it. */
export function moment(at: number | undefined): string {
  return at === undefined ? "" : new Date(at).toISOString();
}
