import * as pulumi from "@pulumi/pulumi";
import { answers, computedBy } from "./computed-by-aws";
import { type RecordedResource, type Recording, recordingOf } from "./recording";

/** A program's outputs, by name. */
export type Outputs = Readonly<Record<string, pulumi.Output<string>>>;

/** The stack that is recorded, and in which account. */
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
export async function record(build: (() => void) | (() => Outputs), options: CaptureOptions = {}): Promise<Recording> {
  const { config = {}, stack = "dev", accountId = "123456789012" } = options;
  const configured = { "aws:region": "sa-east-1", ...namespaced(config) };
  const region = configured["aws:region"] ?? "";
  const recorded: Computed[] = [];
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
  const placed = listenToRegistrations();
  pulumi.runtime.setAllConfig(configured);
  const outputs = await withShortTraces(async () => {
    const declared = build() || {};
    await settle(() => recorded.length);
    return declared;
  });
  if (unanswered.length > 0) {
    throw new Error(
      `The program calls provider functions that have no answer here: ${[...new Set(unanswered)].join(", ")}`,
    );
  }
  return recordingOf(
    recorded.map((resource) => ({ ...resource, ...placed(resource) })),
    await valuesOf(outputs),
  );
}

function valuesOf(outputs: Outputs): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    pulumi.all(outputs).apply((values) => resolve({ ...values }));
  });
}

/**
 * Runs `work` with stack traces of no frame. Pulumi takes a trace for each promise that it makes, for a report of leaks that is not
 * asked for here; whole ones are half of the time that a recording takes where a trace is mapped to the sources.
 */
async function withShortTraces<Result>(work: () => Promise<Result>): Promise<Result> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
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

/** What the mocks are told of a resource. */
type Computed = Pick<RecordedResource, "type" | "name" | "id" | "inputs" | "state">;
/** What only the engine is told. */
type Placed = Omit<RecordedResource, keyof Computed>;

/** The part of Pulumi's mock monitor, and of its request, that is read here. */
interface Monitor {
  registerResource(request: Registration, respond: (error: unknown, response: Registered) => void): Promise<void>;
}
interface Registration {
  getType(): string;
  getName(): string;
  getProtect(): boolean;
  getDependenciesList(): string[];
}
interface Registered {
  getUrn(): string;
}

/** Notes what the mocks are not told: a resource's place in the tree, its protection and its dependencies. */
function listenToRegistrations(): (resource: Computed) => Placed {
  const registrations = new Map<string, Placed>();
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, respond) =>
    register(request, (error, response) => {
      if (!error) {
        const urn = response.getUrn();
        // The mock monitor's urn names the type of the component that the resource is part of.
        const parent = urn.split("::")[2]?.split("$").at(-2);
        registrations.set(`${request.getType()}::${request.getName()}`, {
          urn,
          ...(parent === undefined ? {} : { parent }),
          protect: request.getProtect(),
          dependencies: request.getDependenciesList(),
        });
      }
      respond(error, response);
    });
  return ({ type, name }) => {
    const placed = registrations.get(`${type}::${name}`);
    if (placed === undefined) throw new Error(`"${name}" of ${type} was declared, and never registered`);
    return placed;
  };
}
