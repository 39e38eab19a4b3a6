import { createRequire } from "node:module";
import type * as plugins from "@pulumi/pulumi/proto/plugin_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as messages from "@pulumi/pulumi/proto/provider_pb";
import { answers } from "../../../local/stack/computed-by-aws";
import { type Account, nameOf } from "./account";
import { factsOf } from "./aws-facts";
import { declarationOf, providerVersion } from "./declarations";
import { type Difference, differences, type Properties, same, UNKNOWN } from "./properties";

/** gRPC as @pulumi/pulumi has it: it is Pulumi's dependency, not this project's. */
const ofPulumi = createRequire(require.resolve("@pulumi/pulumi"));
const grpc = ofPulumi("@grpc/grpc-js");
const { ResourceProviderService } = ofPulumi("./proto/provider_grpc_pb");
const pb: typeof messages = ofPulumi("./proto/provider_pb");
const { PluginInfo }: typeof plugins = ofPulumi("./proto/plugin_pb");
const { Empty } = ofPulumi("google-protobuf/google/protobuf/empty_pb");
const { Struct } = ofPulumi("google-protobuf/google/protobuf/struct_pb");

/** Properties that the provider's own default logic and the engine add to inputs, and that are no inputs. */
const BOOKKEEPING = ["__defaults"];

/** A provider for the engine to attach to. */
export interface StandIn {
  /** The TCP port on 127.0.0.1, for `PULUMI_DEBUG_PROVIDERS=aws:<port>`. */
  readonly port: number;
  close(): void;
}

/** Serves `account` as the provider `aws`, by the engine's protocol. */
export async function startProvider(account: Account): Promise<StandIn> {
  const server = new grpc.Server();
  const unimplemented = (_call: unknown, respond: (error: object) => void) =>
    respond({ code: grpc.status.UNIMPLEMENTED });
  const absent = Object.fromEntries(Object.keys(ResourceProviderService).map((method) => [method, unimplemented]));
  server.addService(ResourceProviderService, { ...absent, ...handlers(account) });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error: Error | null, bound: number) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { port, close: () => server.forceShutdown() };
}

function handlers(account: Account): Partial<IResourceProviderServer> {
  const empty = answer(() => new Empty());
  return {
    handshake: answer(() => new pb.ProviderHandshakeResponse()),
    attach: empty,
    cancel: empty,
    getPluginInfo: answer(() => new PluginInfo().setVersion(providerVersion())),
    checkConfig: answer((request: messages.CheckRequest) => new pb.CheckResponse().setInputs(request.getNews())),
    diffConfig: answer(() => new pb.DiffResponse().setChanges(pb.DiffResponse.DiffChanges.DIFF_NONE)),
    configure: answer(() => new pb.ConfigureResponse().setSupportspreview(true)),
    invoke: answer((request: messages.InvokeRequest) => {
      const found = answers(account.region, account.accountId)[request.getTok()];
      if (!found) throw new Error(`the stand-in has no answer to "${request.getTok()}"`);
      return new pb.InvokeResponse().setReturn(struct(found));
    }),
    check: answer((request: messages.CheckRequest) => {
      const inputs = properties(request.getNews());
      const response = new pb.CheckResponse().setInputs(struct(inputs));
      for (const [property, reason] of checkFailures(typeOf(request.getUrn()), inputs))
        response.addFailures(new pb.CheckFailure().setProperty(property).setReason(reason));
      return response;
    }),
    diff: answer((request: messages.DiffRequest) =>
      diff(typeOf(request.getUrn()), {
        olds: properties(request.getOlds()),
        oldInputs: properties(request.getOldInputs()),
        news: properties(request.getNews()),
        ignored: request.getIgnorechangesList(),
      }),
    ),
    create: answer(async (request: messages.CreateRequest) => {
      const type = typeOf(request.getUrn());
      const inputs = properties(request.getProperties());
      if (request.getPreview()) return new pb.CreateResponse().setProperties(struct(planned(type, inputs)));
      const made = await account.create(type, inputs);
      return new pb.CreateResponse().setId(made.id).setProperties(struct(made.properties));
    }),
    update: answer(async (request: messages.UpdateRequest) => {
      const news = properties(request.getNews());
      const kept = { ...properties(request.getOlds()), ...news };
      if (request.getPreview()) return new pb.UpdateResponse().setProperties(struct(kept));
      const made = await account.update(typeOf(request.getUrn()), request.getId(), news);
      return new pb.UpdateResponse().setProperties(struct(made.properties));
    }),
    read: answer((request: messages.ReadRequest) => {
      const found = account.read(typeOf(request.getUrn()), request.getId());
      const response = new pb.ReadResponse();
      if (!found) return response;
      const inputs = properties(request.getInputs());
      const read = Object.entries(inputs).map(([key, value]) => [key, readInput(value, found.properties[key])]);
      return response
        .setId(found.id)
        .setProperties(struct(found.properties))
        .setInputs(struct(Object.fromEntries(read)));
    }),
    delete: answer(async (request: messages.DeleteRequest) => {
      await account.delete(typeOf(request.getUrn()), request.getId(), properties(request.getProperties()));
      return new Empty();
    }),
  };
}

/** What a refresh makes of an input: what AWS has, where the two differ. */
function readInput(declared: unknown, there: unknown): unknown {
  return same(declared, there) ? declared : there;
}

/** Inputs that @pulumi/aws does not declare, and required ones that are missing. */
function checkFailures(type: string, inputs: Properties): [string, string][] {
  const declared = declarationOf(type).inputs;
  const given = Object.keys(inputs).filter((key) => !BOOKKEEPING.includes(key));
  return [
    ...given
      .filter((key) => !declared.has(key))
      .map((key): [string, string] => [key, `"${key}" is not an input of ${type}`]),
    ...[...declared]
      .filter(([key, { required }]) => required && inputs[key] === undefined)
      .map(([key]): [string, string] => [key, `"${key}" must be given, got nothing`]),
  ];
}

/** What is known of a resource before it exists: its inputs; what AWS computes is not. */
function planned(type: string, inputs: Properties): Properties {
  const computed = [...declarationOf(type).outputs].filter(([, { optional }]) => !optional);
  return { ...Object.fromEntries(computed.map(([key]) => [key, UNKNOWN])), ...inputs };
}

interface Compared {
  /** The outputs, as they were last read. */
  readonly olds: Properties;
  readonly oldInputs: Properties;
  readonly news: Properties;
  readonly ignored: readonly string[];
}

/** The provider compares what is declared with what it last read: a value that AWS does not keep differs each time. */
function diff(type: string, { olds, oldInputs, news, ignored }: Compared): messages.DiffResponse {
  const facts = factsOf(type);
  const defaults = Array.isArray(oldInputs.__defaults) ? oldInputs.__defaults : [];
  const gone = Object.keys(oldInputs).filter((key) => news[key] === undefined && !defaults.includes(key));
  const keys = [...new Set([...Object.keys(news), ...gone])].filter(
    (key) => !BOOKKEEPING.includes(key) && !ignored.includes(key),
  );
  const found: Difference[] = keys.flatMap((key) => differences(olds[key], news[key], key));
  const replacing = [...facts.name, ...(facts.replacedBy ?? [])];
  const top = (at: string) => at.split(/[.[]/)[0] ?? at;
  const response = new pb.DiffResponse().setHasdetaileddiff(true);
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  response.setChanges(found.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList([...new Set(found.map(({ path }) => top(path)))]);
  response.setReplacesList(found.map(({ path }) => path).filter((at) => replacing.includes(top(at))));
  for (const { path, kind } of found)
    response.getDetaileddiffMap().set(path, new pb.PropertyDiff().setKind(kindOf(kind, replacing.includes(top(path)))));
  // Two of one name cannot exist at a time.
  const named = facts.name.length > 0;
  response.setDeletebeforereplace(named && nameOf(type, olds) === nameOf(type, news));
  return response;
}

function kindOf(kind: Difference["kind"], replaces: boolean): messages.PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = pb.PropertyDiff.Kind;
  const [plain, replacing] = {
    add: [ADD, ADD_REPLACE],
    delete: [DELETE, DELETE_REPLACE],
    update: [UPDATE, UPDATE_REPLACE],
  }[kind] as [messages.PropertyDiff.Kind, messages.PropertyDiff.Kind];
  return replaces ? replacing : plain;
}

/** The type in a resource's urn, after the types of the components that it is part of. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function properties(sent: { toJavaScript(): object } | undefined): Properties {
  return { ...sent?.toJavaScript() };
}

function struct(values: Properties) {
  // JSON has no undefined, nor has the protocol.
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(values)));
}

/** A handler of one method: what is thrown reaches the engine as the provider's error. */
function answer<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  return (call: { request: Request }, respond: (error: object | null, response?: Response) => void): void => {
    Promise.resolve(call.request)
      .then(handle)
      .then(
        (response) => respond(null, response),
        (error: Error) => respond({ code: grpc.status.UNKNOWN, details: error.message }),
      );
  };
}
