import { X509Certificate } from "node:crypto";
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreateThingCommand,
  DeleteCertificateCommand,
  DeleteThingCommand,
  DescribeCertificateCommand,
  DescribeEndpointCommand,
  DescribeThingCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  IoTClient,
  ListAttachedPoliciesCommand,
  ListPrincipalThingsCommand,
  ListTargetsForPolicyCommand,
  ListThingPrincipalsCommand,
  ListThingsCommand,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { certificateRequest, newKey } from "../../../../../cli/device/key-pair";
import type { Gateway } from "../../../../../local/aws/endpoint/gateway";
import { CertificateAuthority } from "../../../../../local/aws/iot/registry/certificate-authority";
import { DeviceRegistry } from "../../../../../local/aws/iot/registry/device-registry";
import { registryApi } from "../../../../../local/aws/iot/registry/registry-api";
import { gatewayWith } from "../../../../helpers/gateway";

const POLICY = "iot-device-policy-dev";
const ARN = "arn:aws:iot:sa-east-1:123456789012:";

let authority: CertificateAuthority;
let registry: DeviceRegistry;
let gateway: Gateway;
let iot: IoTClient;
let endpoint: string;
beforeAll(async () => {
  authority = await CertificateAuthority.create();
});
beforeEach(async () => {
  await gateway?.stop();
  registry = new DeviceRegistry(ARN, POLICY);
  gateway = gatewayWith({
    inProcess: { iot: registryApi({ registry, authority, endpoint: "127.0.0.1:8883" }) },
  });
  endpoint = `http://127.0.0.1:${await gateway.listen(0)}`;
  iot = new IoTClient({
    region: "sa-east-1",
    endpoint,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterAll(() => gateway.stop());

/** A certificate from a key's request. */
async function certified(setAsActive = true): Promise<{ arn: string; id: string; pem: string }> {
  const certificateSigningRequest = await certificateRequest("s-1", await newKey());
  const issued = await iot.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest, setAsActive }));
  return { arn: issued.certificateArn ?? "", id: issued.certificateId ?? "", pem: issued.certificatePem ?? "" };
}

describe("the local registry, asked with AWS's client", () => {
  it("keeps things, and is content with the same thing twice", async () => {
    const thing = { thingName: "plant:s-1", attributePayload: { attributes: { type: "probe" } } };
    const created = await iot.send(new CreateThingCommand(thing));
    expect(created).toMatchObject({ thingName: "plant:s-1", thingArn: `${ARN}thing/plant:s-1` });
    expect((await iot.send(new CreateThingCommand(thing))).thingId).toBe(created.thingId);
    expect(await iot.send(new DescribeThingCommand({ thingName: "plant:s-1" }))).toMatchObject({
      thingId: created.thingId,
      attributes: { type: "probe" },
    });
    await expect(iot.send(new CreateThingCommand({ thingName: "plant:s-1" }))).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
    });
    await iot.send(new DeleteThingCommand({ thingName: "plant:s-1" }));
    await expect(iot.send(new DescribeThingCommand({ thingName: "plant:s-1" }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Thing plant:s-1 cannot be found.",
    });
  });

  it("certifies a request's key, with an authority that the certificate proves", async () => {
    const { arn, id, pem } = await certified();
    const certificate = new X509Certificate(pem);
    expect(certificate.verify(new X509Certificate(authority.pem).publicKey)).toBe(true);
    expect(certificate.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(id);
    expect(arn).toBe(`${ARN}cert/${id}`);
    const described = await iot.send(new DescribeCertificateCommand({ certificateId: id }));
    expect(described.certificateDescription).toMatchObject({ certificateArn: arn, status: "ACTIVE" });
    await expect(
      iot.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest: "no request" })),
    ).rejects.toMatchObject({ name: "InvalidRequestException" });
  });

  it("attaches and detaches, and knows it from both sides", async () => {
    const { arn, id } = await certified();
    await iot.send(new CreateThingCommand({ thingName: "s-1" }));
    expect(registry.standing(id, "s-1")).toBe("out");
    await iot.send(new AttachPolicyCommand({ policyName: POLICY, target: arn }));
    expect(registry.standing(id, "s-1")).toBe("unattached");
    await iot.send(new AttachThingPrincipalCommand({ thingName: "s-1", principal: arn }));
    expect(registry.standing(id, "s-1")).toBe("attached");
    expect(registry.standing(id, "s-2")).toBe("unattached");
    expect((await iot.send(new ListThingPrincipalsCommand({ thingName: "s-1" }))).principals).toEqual([arn]);
    expect((await iot.send(new ListPrincipalThingsCommand({ principal: arn }))).things).toEqual(["s-1"]);
    expect((await iot.send(new ListAttachedPoliciesCommand({ target: arn }))).policies).toEqual([
      { policyName: POLICY, policyArn: `${ARN}policy/${POLICY}` },
    ]);
    expect((await iot.send(new ListTargetsForPolicyCommand({ policyName: POLICY }))).targets).toEqual([arn]);
    await iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: "INACTIVE" }));
    expect(registry.standing(id, "s-1")).toBe("out");
    await iot.send(new DetachPolicyCommand({ policyName: POLICY, target: arn }));
    await iot.send(new DetachThingPrincipalCommand({ thingName: "s-1", principal: arn }));
    await iot.send(new DeleteCertificateCommand({ certificateId: id }));
    await iot.send(new DeleteThingCommand({ thingName: "s-1" }));
    expect((await iot.send(new ListTargetsForPolicyCommand({ policyName: POLICY }))).targets).toEqual([]);
    expect(registry.standing(id, "s-1")).toBe("out");
  });

  it("refuses what AWS refuses", async () => {
    const { arn, id } = await certified();
    await iot.send(new CreateThingCommand({ thingName: "s-1" }));
    await iot.send(new AttachThingPrincipalCommand({ thingName: "s-1", principal: arn }));
    const refused = async (answer: Promise<unknown>) =>
      answer.then(
        () => "",
        ({ name }: Error) => name,
      );
    expect(await refused(iot.send(new DeleteThingCommand({ thingName: "s-1" })))).toBe("InvalidRequestException");
    const deletion = new DeleteCertificateCommand({ certificateId: id });
    expect(await refused(iot.send(deletion))).toBe("CertificateStateException");
    await iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: "INACTIVE" }));
    expect(await refused(iot.send(deletion))).toBe("DeleteConflictException");
    const wrongPolicy = new AttachPolicyCommand({ policyName: "another", target: arn });
    expect(await refused(iot.send(wrongPolicy))).toBe("ResourceNotFoundException");
    const wrongTarget = new AttachPolicyCommand({ policyName: POLICY, target: `${ARN}cert/0` });
    expect(await refused(iot.send(wrongTarget))).toBe("ResourceNotFoundException");
    expect(await refused(iot.send(new CreateThingCommand({ thingName: "a b" })))).toBe("InvalidRequestException");
    expect(await refused(iot.send(new ListThingsCommand({})))).toBe("UnknownOperationException");
  });

  it.each([
    ["GET", "/things/%E0%A4%A", undefined],
    ["POST", "/things/s-1", "null"],
    ["POST", "/things/s-1", "[]"],
    ["POST", "/certificates", "{"],
  ])("refuses what it cannot read: %s %s %s", async (method, path, body) => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=a/20260101/sa-east-1/iot/aws4_request, SignedHeaders=host, Signature=b";
    const response = await fetch(endpoint + path, { method, headers: { authorization }, ...(body && { body }) });
    expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([400, "InvalidRequestException"]);
  });

  it("says where devices connect", async () => {
    const { endpointAddress } = await iot.send(new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" }));
    expect(endpointAddress).toBe("127.0.0.1:8883");
  });
});
