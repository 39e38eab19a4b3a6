import * as pulumi from "@pulumi/pulumi";

/** A resource that a program declared, as the provider would be asked for it. */
export interface RecordedResource {
  /** Its type token, such as `aws:kinesis/stream:Stream`. */
  readonly type: string;
  /** Its logical name. */
  readonly name: string;
  readonly urn: string;
  /** The type token of the component that it is part of. */
  readonly parent?: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The inputs, and what AWS would compute. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** All that a program declared. */
export interface Recording {
  readonly all: readonly RecordedResource[];
  /** The one resource of a type. @throws Error where there is none, or more than one. */
  only(type: string): RecordedResource;
  ofType(type: string): readonly RecordedResource[];
}

export interface CaptureOptions {
  /** The project's keys without their namespace; a key with a colon is taken as it is. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** @default "dev" */
  readonly stack?: string;
  /** @default "123456789012" */
  readonly accountId?: string;
}

const PROJECT = "industrial-iot-monitoring";

/**
 * Runs a program against Pulumi's mocks and returns what it declared. What mocks do not prove is that AWS accepts the
 * shape: no provider looks at it. Recordings of one process must not overlap, because Pulumi's runtime is global.
 * @throws Error that names a function of the provider for which there is no answer here.
 */
export async function record(build: () => void | Promise<void>, options: CaptureOptions = {}): Promise<Recording> {
  const { config = {}, stack = "dev", accountId = "123456789012" } = options;
  const configured = { "aws:region": "sa-east-1", ...namespaced(config) };
  const region = configured["aws:region"] ?? "";
  const recorded: Omit<RecordedResource, "urn" | "parent">[] = [];
  const unanswered: string[] = [];

  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id: given }) => {
        const computed = computedBy(type, { name, inputs, region, accountId });
        const id = given || String(computed.id ?? name);
        const state = { ...inputs, ...computed };
        recorded.push({ type, name, id, inputs, state });
        return { id, state };
      },
      call: ({ token, inputs }) => {
        const answer = answers(region, accountId)[token];
        // Thrown here, it would end the process with no message.
        if (!answer) unanswered.push(token);
        return answer ?? inputs;
      },
    },
    PROJECT,
    stack,
    false,
  );
  pulumi.runtime.setAllConfig(configured);
  await build();
  await settle(() => recorded.length);
  if (unanswered.length > 0) {
    throw new Error(
      `The program calls provider functions that have no answer here: ${[...new Set(unanswered)].join(", ")}`,
    );
  }
  return recordingOf(recorded.map((resource) => located(resource, stack)));
}

/** Waits until nothing more is registered: resources whose inputs are known late are declared late. */
async function settle(count: () => number): Promise<void> {
  for (let before = -1; before !== count(); ) {
    before = count();
    await pulumi.runtime.disconnect();
    await new Promise(setImmediate);
  }
}

function namespaced(config: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.includes(":") ? key : `${PROJECT}:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** The chain of types in the mock monitor's urn says which component a resource is part of. */
function located(resource: Omit<RecordedResource, "urn" | "parent">, stack: string): RecordedResource {
  const suffix = `${resource.type}::${resource.name}`;
  const registered = pulumi.runtime.getMonitor() as unknown as { getRegisteredResources(): Map<string, unknown> };
  const urn = [...registered.getRegisteredResources().keys()].find(
    (known) => known.endsWith(`::${suffix}`) || known.endsWith(`$${suffix}`),
  );
  if (urn === undefined) throw new Error(`"${resource.name}" of ${resource.type} has no urn in stack ${stack}`);
  const parent = urn.split("::")[2]?.split("$").at(-2);
  return { ...resource, urn, ...(parent === undefined ? {} : { parent }) };
}

function recordingOf(all: readonly RecordedResource[]): Recording {
  const ofType = (type: string) => all.filter((resource) => resource.type === type);
  return {
    all,
    ofType,
    only: (type) => {
      const [found, ...others] = ofType(type);
      if (found && others.length === 0) return found;
      throw new Error(`There must be one resource of type "${type}", there are ${found ? others.length + 1 : 0}`);
    },
  };
}

/** What a provider function answers. */
function answers(region: string, accountId: string): Readonly<Record<string, Record<string, unknown>>> {
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
function computedBy(type: string, { name, inputs, region, accountId }: Declared): Record<string, unknown> {
  const arn = (service: string, resource: string) => ({ arn: `arn:aws:${service}:${region}:${accountId}:${resource}` });
  const given = String(inputs.name ?? name);
  switch (type) {
    case "aws:s3/bucket:Bucket":
      return { id: inputs.bucket, arn: `arn:aws:s3:::${inputs.bucket}` };
    case "aws:dynamodb/table:Table":
      return { id: given, ...arn("dynamodb", `table/${given}`) };
    case "aws:kinesis/stream:Stream":
      return arn("kinesis", `stream/${given}`);
    case "aws:lambda/function:Function":
      return { id: given, ...arn("lambda", `function:${given}`) };
    case "aws:lambda/eventSourceMapping:EventSourceMapping":
      return { id: MAPPING_UUID, uuid: MAPPING_UUID };
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

const MAPPING_UUID = "11111111-2222-4333-8444-555555555555";
