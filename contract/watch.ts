/** Every name that the stack, the commands and the watch agree on stands here once. */

/** Environment variables of the watch and its sweep, beside `ENV.anomalyLimits`, `ENV.hotRetentionDays` and `ENV.environment`. */
export const WATCH_ENV = {
  /** Name of the watch's table. */
  table: "WATCH_TABLE",
  /** Topic of the mails. */
  mailTopic: "WATCH_MAIL_TOPIC_ARN",
  /** Topic of the same notices as JSON. */
  feedTopic: "WATCH_FEED_TOPIC_ARN",
  /** Stream whose clock the sweep reads. Only the sweep needs it. */
  stream: "WATCH_STREAM",
  /** Time zone in which people are told when; absent: America/Sao_Paulo. */
  timezone: "WATCH_TIMEZONE",
  /** File of the rules; absent: `RULES_FILE` beside the code. */
  rulesFile: "WATCH_RULES_FILE",
} as const;

/** The rules and quiet times, in the function's archive. */
export const RULES_FILE = "watch-rules.json";

/** What is older than this the watch is not given any more: it is no longer news. */
export const WATCH_MAX_AGE_SECONDS = 3600;

/** Attributes of the table that the stack and the commands name. */
export const WATCH_ATTRIBUTE = {
  /** Hash key (S): a thing's name; what belongs to no device begins with `#`. */
  deviceId: "deviceId",
  /** Range key (S): `state`, `occ#<raisedAt>#<rule>#<sensor>#<n>`, `shelf#<key>`. */
  item: "item",
  /** Hash key of the index of what is due (S): `00` to `15`. Sparse. */
  dueBucket: "dueBucket",
  /** Its range key (N): the stream's clock, milliseconds since the epoch. */
  dueAt: "dueAt",
  /** Hash key of the index of what is listed (S): `0` to `3`. Sparse; its range key is the device. */
  listed: "listed",
  /** When each active alarm was raised (L of N). */
  raised: "raised",
  /** How many shelves there are (N). */
  shelved: "shelved",
  /** Whether the device is silent (BOOL). */
  silent: "silent",
  /** When the item expires (N), seconds since the epoch. Only history and shelves do, and removed devices without alarms. */
  expirationTime: "expirationTime",
} as const;

/** What is due: `dueBucket`, `dueAt`; keys only. */
export const DUE_INDEX = "DueIndex";
/** Buckets of that index. */
export const DUE_BUCKETS = 16;
/** What is listed: `listed`, `deviceId`; with `LISTED_PROJECTION`. */
export const LISTED_INDEX = "ListedIndex";
/** Buckets of that index. */
export const LISTED_BUCKETS = 4;
/** Attributes in that index beside the keys. */
export const LISTED_PROJECTION = [WATCH_ATTRIBUTE.raised, WATCH_ATTRIBUTE.shelved, WATCH_ATTRIBUTE.silent] as const;

/** Range key of a device's state. */
export const STATE_ITEM = "state";
/** Begins the range key of an occurrence in the history. */
export const OCCURRENCE_PREFIX = "occ#";
/** Begins the range key of a shelf. */
export const SHELF_PREFIX = "shelf#";
/** Hash key of the shards' watermarks. */
export const STREAM_ITEMS = "#stream";
/** Hash key of what concerns the plant as a whole. */
export const PLANT_ITEMS = "#plant";
/** Range key of the mails' pace. */
export const MAIL_ITEM = "mail";
/** Range key of the rules that are deployed. */
export const RULES_ITEM = "rules";

/** The watch's metrics, in the processor's namespace and with its one dimension. */
export const WATCH_METRIC = {
  /** Raises told. */
  raised: "AlarmsRaised",
  /** Alarms that are active now, by the sweep. */
  active: "AlarmsActive",
  /** Of them, those that have been active for a day. */
  stale: "AlarmsStale",
  /** Shelves that hold now. */
  shelved: "AlarmsShelved",
  /** Devices that are silent now. */
  silent: "DevicesSilent",
  /** Readings not judged because a newer one was: duplicates and late ones. */
  late: "ReadingsLate",
  /** Readings not judged because they are old. */
  backfilled: "ReadingsBackfilled",
  /** Writes that another writer was before, and that were judged again. */
  conflicts: "StateConflicts",
  /** Age of the oldest notice that is not sent, in seconds. */
  outboxAge: "OutboxAgeSeconds",
  /** Notices that found no room in a full outbox. */
  dropped: "NoticesDropped",
  /** How far the stream's clock is behind the wall's. Absent where it cannot be told. */
  clockBehind: "StreamClockBehindMs",
  /** Sweeps that came to their end. */
  sweeps: "SweepRuns",
} as const;
