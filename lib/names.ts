/** Every physical name of an environment. Bucket names are unique in all of AWS, so they contain the account's id. */
export interface PhysicalNames {
  readonly archiveBucket: string;
  readonly accessLogBucket: string;
  readonly table: string;
  readonly stream: string;
  readonly processor: string;
  readonly processorRole: string;
  readonly rule: string;
  readonly ruleRole: string;
  readonly ruleErrorLog: string;
  readonly devicePolicy: string;
  readonly alarmTopic: string;
  readonly dashboard: string;
  readonly archiveDelivery: string;
  readonly archiveDeliveryRole: string;
  readonly archiveTransform: string;
  readonly archiveTransformRole: string;
  readonly historyDatabase: string;
  readonly historyWorkgroup: string;
  readonly watch: string;
  readonly watchRole: string;
  readonly watchTable: string;
  readonly watchConsumer: string;
  readonly sweep: string;
  readonly sweepRole: string;
  readonly sweepSchedule: string;
  readonly noticeTopic: string;
  readonly noticeFeed: string;
}

/** The physical names of the environment `suffix` in an account. */
export function physicalNames(suffix: string, accountId: string): PhysicalNames {
  return {
    archiveBucket: `iot-sensor-archival-${suffix}-${accountId}`,
    accessLogBucket: `iot-sensor-access-logs-${suffix}-${accountId}`,
    table: `iot-sensor-data-${suffix}`,
    stream: `iot-sensor-stream-${suffix}`,
    processor: `iot-sensor-processor-${suffix}`,
    processorRole: `iot-processor-lambda-role-${suffix}`,
    rule: `iot_sensor_rule_${suffix.replaceAll("-", "_")}`,
    ruleRole: `iot-kinesis-role-${suffix}`,
    ruleErrorLog: `/aws/iot/rules/${suffix}`,
    devicePolicy: `iot-device-policy-${suffix}`,
    alarmTopic: `iot-alarms-${suffix}`,
    dashboard: `iot-monitoring-${suffix}`,
    archiveDelivery: `iot-sensor-archive-${suffix}`,
    archiveDeliveryRole: `iot-firehose-role-${suffix}`,
    archiveTransform: `iot-archive-transform-${suffix}`,
    archiveTransformRole: `iot-archive-lambda-role-${suffix}`,
    historyDatabase: `iot_sensor_${suffix.replaceAll("-", "_")}`,
    historyWorkgroup: `iot-sensor-${suffix}`,
    watch: `iot-device-watch-${suffix}`,
    watchRole: `iot-device-watch-role-${suffix}`,
    watchTable: `iot-device-watch-${suffix}`,
    watchConsumer: `iot-device-watch-${suffix}`,
    sweep: `iot-device-watch-sweep-${suffix}`,
    sweepRole: `iot-device-watch-sweep-role-${suffix}`,
    sweepSchedule: `iot-device-watch-sweep-${suffix}`,
    noticeTopic: `iot-device-notices-${suffix}`,
    noticeFeed: `iot-device-notices-feed-${suffix}`,
  };
}

/** With one of these before it, a suffix would make another stack's names: `iot-device-notices-` and `feed-x` the feed of `x`. */
export const NAMES_IN_NAMES = ["feed", "sweep"] as const;

/** The physical name of the alarm `key` in an environment. */
export function alarmName(key: string, suffix: string): string {
  return `iot-${key}-${suffix}`;
}

/** The names that each service accepts. */
const RULES: Readonly<Record<keyof PhysicalNames, { readonly maxLength: number; readonly pattern: RegExp }>> = {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  archiveBucket: { maxLength: 63, pattern: /^[a-z0-9][a-z0-9-]+[a-z0-9]$/ },
  accessLogBucket: { maxLength: 63, pattern: /^[a-z0-9][a-z0-9-]+[a-z0-9]$/ },
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
  table: { maxLength: 255, pattern: /^[A-Za-z0-9_.-]{3,}$/ },
  // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
  stream: { maxLength: 128, pattern: /^[A-Za-z0-9_.-]+$/ },
  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
  processor: { maxLength: 64, pattern: /^[A-Za-z0-9_-]+$/ },
  // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  processorRole: { maxLength: 64, pattern: /^[\w+=,.@-]+$/ },
  ruleRole: { maxLength: 64, pattern: /^[\w+=,.@-]+$/ },
  // https://docs.aws.amazon.com/iot/latest/apireference/API_CreateTopicRule.html
  rule: { maxLength: 128, pattern: /^[A-Za-z0-9_]+$/ },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
  ruleErrorLog: { maxLength: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ },
  // https://docs.aws.amazon.com/iot/latest/apireference/API_CreatePolicy.html
  devicePolicy: { maxLength: 128, pattern: /^[\w+=,.@-]+$/ },
  // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
  alarmTopic: { maxLength: 256, pattern: /^[A-Za-z0-9_-]+$/ },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
  dashboard: { maxLength: 255, pattern: /^[A-Za-z0-9_-]+$/ },
  // https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
  archiveDelivery: { maxLength: 64, pattern: /^[A-Za-z0-9_.-]+$/ },
  archiveDeliveryRole: { maxLength: 64, pattern: /^[\w+=,.@-]+$/ },
  archiveTransform: { maxLength: 64, pattern: /^[A-Za-z0-9_-]+$/ },
  archiveTransformRole: { maxLength: 64, pattern: /^[\w+=,.@-]+$/ },
  // https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html
  historyDatabase: { maxLength: 255, pattern: /^[a-z0-9_]+$/ },
  // https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html
  historyWorkgroup: { maxLength: 128, pattern: /^[a-zA-Z0-9._-]+$/ },
  watch: { maxLength: 64, pattern: /^[A-Za-z0-9_-]+$/ },
  watchRole: { maxLength: 64, pattern: /^[\w+=,.@-]+$/ },
  watchTable: { maxLength: 255, pattern: /^[A-Za-z0-9_.-]{3,}$/ },
  // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
  watchConsumer: { maxLength: 128, pattern: /^[A-Za-z0-9_.-]+$/ },
  sweep: { maxLength: 64, pattern: /^[A-Za-z0-9_-]+$/ },
  sweepRole: { maxLength: 64, pattern: /^[\w+=,.@-]+$/ },
  // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
  sweepSchedule: { maxLength: 64, pattern: /^[A-Za-z0-9_.-]+$/ },
  noticeTopic: { maxLength: 256, pattern: /^[A-Za-z0-9_-]+$/ },
  noticeFeed: { maxLength: 256, pattern: /^[A-Za-z0-9_-]+$/ },
};

/** Every account id has twelve digits, so any of them gives the lengths. */
const ANY_ACCOUNT = "000000000000";

/** The length of the longest suffix that every name has room for, and the name that limits it. */
export function longestSuffix(): { readonly length: number; readonly limitedBy: string } {
  const rooms = entriesOf(physicalNames("", ANY_ACCOUNT)).map(([part, name]) => ({
    length: RULES[part].maxLength - name.length,
    limitedBy: physicalNames("<suffix>", "<account>")[part],
  }));
  return rooms.reduce((tightest, room) => (room.length < tightest.length ? room : tightest));
}

/** The physical names with this suffix that their service would refuse. */
export function refusedNames(suffix: string): readonly string[] {
  return entriesOf(physicalNames(suffix, ANY_ACCOUNT))
    .filter(([part, name]) => name.length > RULES[part].maxLength || !RULES[part].pattern.test(name))
    .map(([, name]) => name);
}

function entriesOf(names: PhysicalNames): [keyof PhysicalNames, string][] {
  return Object.entries(names) as [keyof PhysicalNames, string][];
}
