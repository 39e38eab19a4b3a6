/** A mapping's id, which stands in the keys of failed batches. */
const MAPPING_UUID = "11111111-2222-4333-8444-555555555555";
/** The same of the device watch's. */
const WATCH_MAPPING_UUID = "22222222-3333-4444-8555-666666666666";

/** What a function of the provider answers. */
export function answers(region: string, accountId: string): Readonly<Record<string, Record<string, unknown>>> {
  return {
    "aws:index/getCallerIdentity:getCallerIdentity": {
      accountId,
      arn: `arn:aws:iam::${accountId}:user/local`,
      userId: "LOCAL",
    },
    "aws:index/getRegion:getRegion": { region },
    "aws:iot/getEndpoint:getEndpoint": { endpointAddress: `local-ats.iot.${region}.amazonaws.com` },
  };
}

interface Declared {
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly region: string;
  readonly accountId: string;
}

/** What AWS computes, by type: ids, ARNs and the like, the same for the same declaration. */
export function computedBy(type: string, { name, inputs, region, accountId }: Declared): Record<string, unknown> {
  const arn = (service: string, resource: string) => ({ arn: `arn:aws:${service}:${region}:${accountId}:${resource}` });
  const given = String(inputs.name ?? name);
  switch (type) {
    case "aws:s3/bucket:Bucket":
      return { id: inputs.bucket, arn: `arn:aws:s3:::${inputs.bucket}` };
    case "aws:dynamodb/table:Table":
      return { id: given, ...arn("dynamodb", `table/${given}`) };
    case "aws:kinesis/stream:Stream":
      return arn("kinesis", `stream/${given}`);
    case "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream":
      return arn("firehose", `deliverystream/${given}`);
    case "aws:glue/catalogTable:CatalogTable":
      return arn("glue", `table/${inputs.databaseName}/${given}`);
    case "aws:lambda/function:Function":
      return { id: given, ...arn("lambda", `function:${given}`) };
    case "aws:lambda/eventSourceMapping:EventSourceMapping":
      return mappingIds(String(inputs.functionName).includes(":iot-device-watch-") ? WATCH_MAPPING_UUID : MAPPING_UUID);
    case "aws:kinesis/streamConsumer:StreamConsumer":
      return { id: given, arn: `${inputs.streamArn}/consumer/${given}:1767225600` };
    case "aws:cloudwatch/eventRule:EventRule":
      return { id: given, ...arn("events", `rule/${given}`) };
    case "aws:iam/role:Role":
      return { id: given, arn: `arn:aws:iam::${accountId}:role/${given}` };
    case "aws:iot/policy:Policy":
      return { id: given, ...arn("iot", `policy/${given}`) };
    case "aws:iot/topicRule:TopicRule":
      return { id: given, ...arn("iot", `rule/${given}`) };
    case "aws:sns/topic:Topic":
      return { id: arn("sns", given).arn, ...arn("sns", given) };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { id: given, ...arn("logs", `log-group:${given}`) };
    case "aws:cloudwatch/metricAlarm:MetricAlarm":
      return { id: given, ...arn("cloudwatch", `alarm:${given}`) };
    default:
      return {};
  }
}

function mappingIds(uuid: string): Record<string, unknown> {
  return { id: uuid, uuid };
}
