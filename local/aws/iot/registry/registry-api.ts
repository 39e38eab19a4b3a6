import { randomUUID } from "node:crypto";
import { fromJson, isObject } from "../../../../contract/json";
import { decoded, type InProcessService } from "../../endpoint/in-process";
import type { CertificateAuthority } from "./certificate-authority";
import { type DeviceRegistry, IotError } from "./device-registry";

type Request = Parameters<InProcessService>[0];
type Answer = object | Promise<object>;

/** What the registry API needs: the registry, the authority that signs, and the endpoint that it names. */
export interface RegistryApiDeps {
  readonly registry: DeviceRegistry;
  readonly authority: Pick<CertificateAuthority, "sign">;
  /** Where devices connect: a host, and its port where that is not 8883. */
  readonly endpoint: string;
}

/**
 * What `iot device` calls of AWS IoT's control plane, by its REST paths.
 * https://docs.aws.amazon.com/iot/latest/apireference/API_Operations_AWS_IoT.html
 */
export function registryApi(deps: RegistryApiDeps): InProcessService {
  const operations = operationsOf(deps);
  return async (request) => {
    try {
      for (const { method, path, run } of operations) {
        const match = method === request.method ? path.exec(request.path) : null;
        if (match) return answer(200, await run(request, nameIn(match[1] ?? "")));
      }
      throw new IotError("UnknownOperationException", 404, `${request.method} ${request.path} does not run here`);
    } catch (error) {
      if (!(error instanceof IotError)) throw error;
      return answer(error.status, { message: error.message }, { "x-amzn-errortype": error.code });
    }
  };
}

interface Operation {
  readonly method: string;
  readonly path: RegExp;
  /** @param name What the path names. */
  readonly run: (request: Request, name: string) => Answer;
}

function operationsOf(deps: RegistryApiDeps): readonly Operation[] {
  return [
    ...thingOperations(deps.registry),
    ...certificateOperations(deps),
    ...policyOperations(deps.registry),
    { method: "GET", path: /^\/endpoint$/, run: () => ({ endpointAddress: deps.endpoint }) },
  ];
}

function thingOperations(registry: DeviceRegistry): readonly Operation[] {
  const thing = /^\/things\/([^/]+)$/;
  const principals = /^\/things\/([^/]+)\/principals$/;
  return [
    {
      method: "POST",
      path: thing,
      run: (request, name) => {
        const { attributePayload } = bodyOf(request) as { attributePayload?: { attributes?: Record<string, string> } };
        const { id } = registry.createThing(name, attributePayload?.attributes ?? {});
        return { thingName: name, thingArn: registry.arn(`thing/${name}`), thingId: id };
      },
    },
    {
      method: "GET",
      path: thing,
      run: (_, name) => {
        const { id, attributes } = registry.thing(name);
        return { thingName: name, thingArn: registry.arn(`thing/${name}`), thingId: id, attributes, version: 1 };
      },
    },
    { method: "DELETE", path: thing, run: (_, name) => done(() => registry.deleteThing(name)) },
    { method: "GET", path: principals, run: (_, name) => ({ principals: [...registry.thing(name).principals] }) },
    {
      method: "PUT",
      path: principals,
      run: (request, name) => done(() => registry.attachThing(name, principalOf(request))),
    },
    {
      method: "DELETE",
      path: principals,
      run: (request, name) => done(() => registry.detachThing(name, principalOf(request))),
    },
    {
      method: "GET",
      path: /^\/principals\/things$/,
      run: (request) => ({ things: registry.thingsOf(principalOf(request)) }),
    },
  ];
}

function certificateOperations({ registry, authority }: RegistryApiDeps): readonly Operation[] {
  const certificate = /^\/certificates\/([^/]+)$/;
  return [
    {
      method: "POST",
      path: /^\/certificates$/,
      run: async (request) => {
        const { certificateSigningRequest = "" } = bodyOf(request) as { certificateSigningRequest?: string };
        const issued = await authority.sign(certificateSigningRequest).catch((error: Error) => {
          throw new IotError(
            "InvalidRequestException",
            400,
            `The certificate signing request is invalid: ${error.message}`,
          );
        });
        const { arn, id, pem } = registry.addCertificate(issued, request.query.get("setAsActive") === "true");
        return { certificateArn: arn, certificateId: id, certificatePem: pem };
      },
    },
    {
      method: "GET",
      path: certificate,
      run: (_, id) => {
        const { arn, pem, status } = registry.certificate(id);
        return {
          certificateDescription: { certificateArn: arn, certificateId: id, certificatePem: pem, status },
        };
      },
    },
    {
      method: "PUT",
      path: certificate,
      run: (request, id) => {
        const status = request.query.get("newStatus");
        if (status !== "ACTIVE" && status !== "INACTIVE")
          throw new IotError("InvalidRequestException", 400, `"newStatus" must be ACTIVE or INACTIVE here`);
        return done(() => registry.updateCertificate(id, status));
      },
    },
    { method: "DELETE", path: certificate, run: (_, id) => done(() => registry.deleteCertificate(id)) },
  ];
}

function policyOperations(registry: DeviceRegistry): readonly Operation[] {
  const targetPolicies = /^\/target-policies\/([^/]+)$/;
  return [
    {
      method: "PUT",
      path: targetPolicies,
      run: (request, policy) => done(() => registry.attachPolicy(policy, targetOf(request))),
    },
    {
      method: "POST",
      path: targetPolicies,
      run: (request, policy) => done(() => registry.detachPolicy(policy, targetOf(request))),
    },
    {
      method: "POST",
      path: /^\/attached-policies\/(.+)$/,
      run: (_, target) => ({
        policies: [...registry.certificate(target).policies].map((policyName) => ({
          policyName,
          policyArn: registry.arn(`policy/${policyName}`),
        })),
      }),
    },
    {
      method: "POST",
      path: /^\/policy-targets\/([^/]+)$/,
      run: (_, policy) => ({ targets: registry.targetsOf(policy) }),
    },
  ];
}

/** Makes a change that AWS answers with an empty object. */
function done(change: () => void): object {
  change();
  return {};
}

function nameIn(part: string): string {
  const name = decoded(part);
  if (name !== undefined) return name;
  throw new IotError("InvalidRequestException", 400, `a name in the path must be percent-encoded, got ${part}`);
}

function bodyOf({ body }: Request): object {
  const value = body.length === 0 ? {} : fromJson(body.toString("utf8"));
  if (isObject(value)) return value;
  throw new IotError("InvalidRequestException", 400, "the body must be a JSON object");
}

function principalOf({ headers }: Request): string {
  const principal = headers["x-amzn-principal"];
  if (typeof principal === "string") return principal;
  throw new IotError("InvalidRequestException", 400, "a principal must be named");
}

function targetOf(request: Request): string {
  const { target } = bodyOf(request) as { target?: string };
  if (typeof target === "string") return target;
  throw new IotError("InvalidRequestException", 400, "a target must be named");
}

function answer(status: number, body: object, headers: Readonly<Record<string, string>> = {}) {
  return {
    status,
    headers: { "content-type": "application/json", "x-amzn-requestid": randomUUID(), ...headers },
    body: JSON.stringify(body),
  };
}
