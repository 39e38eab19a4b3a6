import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AttachPolicyCommand,
  CreateCertificateFromCsrCommand,
  DeleteCertificateCommand,
  DeleteConflictException,
  DescribeCertificateCommand,
  DescribeThingCommand,
  IoTClient,
  ListAttachedPoliciesCommand,
  ListPrincipalThingsCommand,
  ListThingPrincipalsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-iot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addDevice, finishRotation, removeDevice, rotateDevice } from "../../../cli/device/changes";
import { DeviceDirectory } from "../../../cli/device/device-directory";
import { DeviceFolder, idOf } from "../../../cli/device/device-folder";
import { topicsOf } from "../../../contract/topics";
import { CertificateAuthority } from "../../../local/aws/iot/registry/certificate-authority";
import { mockClient } from "../../helpers/mocked-clients";

const POLICY = "iot-device-policy-dev";
const NAME = "sensor-001";
const arnOf = (id: string) => `arn:aws:iot:sa-east-1:123456789012:cert/${id}`;
const missing = () => new ResourceNotFoundException({ message: "not there", $metadata: {} });
const connection = {
  host: "abc-ats.iot.sa-east-1.amazonaws.com",
  port: 8883,
  authority: "AUTHORITY",
  topicOf: topicsOf("plant-a").data,
};

const iot = mockClient(IoTClient);
const directory = new DeviceDirectory(new IoTClient({ region: "sa-east-1" }), POLICY, 1);
let root: string;
let folder: DeviceFolder;
let authority: CertificateAuthority;
beforeEach(async () => {
  iot.reset();
  root = mkdtempSync(path.join(tmpdir(), "device-"));
  folder = new DeviceFolder(path.join(root, NAME), NAME);
  authority = await CertificateAuthority.create();
});
afterEach(() => rmSync(root, { recursive: true }));

/** What AWS knows: the thing, if `principals` are given, and certificates by id. */
function aws(known: {
  readonly principals?: readonly string[];
  readonly type?: string;
  readonly certificates?: Readonly<Record<string, "ACTIVE" | "INACTIVE">>;
  readonly policies?: readonly string[];
  readonly things?: readonly string[];
}): void {
  if (known.principals === undefined) iot.on(DescribeThingCommand).rejects(missing());
  else iot.on(DescribeThingCommand).resolves({ thingName: NAME, attributes: known.type ? { type: known.type } : {} });
  iot.on(ListThingPrincipalsCommand).resolves({ principals: [...(known.principals ?? [])] });
  iot.on(DescribeCertificateCommand).callsFake(({ certificateId }) => {
    const status = known.certificates?.[certificateId];
    if (status === undefined) throw missing();
    return { certificateDescription: { certificateArn: arnOf(certificateId), status } };
  });
  iot
    .on(ListAttachedPoliciesCommand)
    .resolves({ policies: (known.policies ?? []).map((policyName) => ({ policyName })) });
  iot.on(ListPrincipalThingsCommand).resolves({ things: [...(known.things ?? [])] });
  iot.on(CreateCertificateFromCsrCommand).callsFake(async ({ certificateSigningRequest }) => {
    const { id, pem } = await authority.sign(certificateSigningRequest);
    return { certificateArn: arnOf(id), certificatePem: pem };
  });
}

/** Every request that changes something, in its order. */
const changes = () =>
  iot
    .calls()
    .map(({ args: [command] }) => [command.constructor.name.replace("Command", ""), command.input] as const)
    .filter(([name]) => !/^(Describe|List)/.test(name));
const names = () => changes().map(([name]) => name);
const add = (type?: string) => addDevice({ name: NAME, type }, { directory, folder, connection });
const fileOf = (name: string) => readFileSync(path.join(root, NAME, name), "utf8");
const modeOf = (name: string) => statSync(path.join(root, NAME, name)).mode & 0o777;

/** A certificate in the folder, as a device that was added has one. */
async function added(): Promise<string> {
  aws({});
  await add();
  iot.reset();
  return idOf(fileOf("certificate.pem"));
}

describe("addDevice", () => {
  it("makes a key here, has it certified, and lets the certificate in as the thing", async () => {
    aws({});
    expect(await add("probe")).toBe("added");
    const arn = arnOf(idOf(fileOf("certificate.pem")));
    expect(changes()).toEqual([
      ["CreateThing", { thingName: NAME, attributePayload: { attributes: { type: "probe" } } }],
      [
        "CreateCertificateFromCsr",
        { certificateSigningRequest: expect.stringContaining("CERTIFICATE REQUEST"), setAsActive: true },
      ],
      ["AttachPolicy", { policyName: POLICY, target: arn }],
      ["AttachThingPrincipal", { thingName: NAME, principal: arn }],
    ]);
    expect(JSON.stringify(changes())).not.toContain("PRIVATE");
  });

  it("writes what a device needs, with permissions that fit", async () => {
    await added();
    expect(readdirSync(path.join(root, NAME)).sort()).toEqual([
      "ca.pem",
      "certificate.pem",
      "private.key",
      "publish-batch.sh",
      "publish.sh",
      "stack.json",
    ]);
    expect(JSON.parse(fileOf("stack.json"))).toEqual({ endpoint: `${connection.host}:8883`, policy: POLICY });
    expect([modeOf("."), modeOf("private.key"), modeOf("publish.sh")]).toEqual([0o700, 0o600, 0o755]);
    expect(fileOf("private.key")).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(fileOf("ca.pem")).toBe("AUTHORITY");
    expect(fileOf("publish.sh")).toContain(`mosquitto_pub -h ${connection.host} -p 8883 --cafile ca.pem`);
    expect(fileOf("publish.sh")).toContain(`-t 'plant-a/sensor/data/${NAME}'`);
  });

  it("changes nothing the second time", async () => {
    const id = await added();
    aws({ principals: [arnOf(id)], certificates: { [id]: "ACTIVE" }, policies: [POLICY] });
    expect(await add()).toBe("unchanged");
    expect(changes()).toEqual([]);
  });

  it("goes on with the key where it was interrupted before the certificate", async () => {
    await added();
    const key = fileOf("private.key");
    rmSync(path.join(root, NAME, "certificate.pem"));
    aws({ principals: [] });
    expect(await add()).toBe("added");
    expect(names()).toEqual(["CreateCertificateFromCsr", "AttachPolicy", "AttachThingPrincipal"]);
    expect(fileOf("private.key")).toBe(key);
  });

  it("goes on with the certificate where it was interrupted before the attachments", async () => {
    const id = await added();
    aws({ principals: [], certificates: { [id]: "ACTIVE" } });
    expect(await add()).toBe("added");
    expect(changes()).toEqual([
      ["AttachPolicy", { policyName: POLICY, target: arnOf(id) }],
      ["AttachThingPrincipal", { thingName: NAME, principal: arnOf(id) }],
    ]);
  });

  it("refuses what it would break", async () => {
    aws({ principals: [arnOf("elsewhere")] });
    await expect(add()).rejects.toThrow("The device has a certificate whose key is not in");
    aws({ principals: [], type: "probe" });
    await expect(add("pump")).rejects.toThrow('"type" must be "probe", which the device has, got "pump"');
    const id = await added();
    aws({ principals: [arnOf(id)], certificates: { [id]: "INACTIVE" } });
    await expect(add()).rejects.toThrow("The device's certificate is not active");
    expect(changes()).toEqual([]);
  });
});

describe("rotateDevice", () => {
  const rotate = (overlap = false) => rotateDevice(NAME, { directory, folder, connection }, overlap);

  it("lets the new certificate in before the old one is out", async () => {
    const old = await added();
    const key = fileOf("private.key");
    aws({ principals: [arnOf(old)], certificates: { [old]: "ACTIVE" }, policies: [POLICY], things: [NAME] });
    // What is new is known from then on.
    iot
      .on(ListThingPrincipalsCommand)
      .callsFake(() => ({ principals: [arnOf(old), arnOf(idOf(fileOf("certificate.pem")))] }));
    iot.on(DescribeCertificateCommand).callsFake(({ certificateId }) => ({
      certificateDescription: { certificateArn: arnOf(certificateId), status: "ACTIVE" },
    }));
    await rotate();
    const id = idOf(fileOf("certificate.pem"));
    expect(id).not.toBe(old);
    expect(fileOf("private.key")).not.toBe(key);
    expect(changes().slice(1)).toEqual([
      ["AttachPolicy", { policyName: POLICY, target: arnOf(id) }],
      ["AttachThingPrincipal", { thingName: NAME, principal: arnOf(id) }],
      ["UpdateCertificate", { certificateId: old, newStatus: "INACTIVE" }],
      ["DetachPolicy", { policyName: POLICY, target: arnOf(old) }],
      ["DetachThingPrincipal", { thingName: NAME, principal: arnOf(old) }],
      ["DeleteCertificate", { certificateId: old }],
    ]);
  });

  it("leaves the old one where both shall overlap, until it is finished", async () => {
    const old = await added();
    aws({ principals: [arnOf(old)], certificates: { [old]: "ACTIVE" } });
    await rotate(true);
    expect(names()).toEqual(["CreateCertificateFromCsr", "AttachPolicy", "AttachThingPrincipal"]);
    const id = idOf(fileOf("certificate.pem"));
    aws({ principals: [arnOf(old), arnOf(id)], certificates: { [id]: "ACTIVE" }, policies: [POLICY], things: [NAME] });
    expect(await finishRotation(NAME, { directory, folder, connection })).toBe(1);
    expect(changes().at(-1)).toEqual(["DeleteCertificate", { certificateId: old }]);
  });

  it("goes on with the next certificate where it was interrupted", async () => {
    const old = await added();
    aws({ principals: [arnOf(old)], certificates: { [old]: "ACTIVE" } });
    iot.on(AttachPolicyCommand).rejectsOnce(new Error("broken off"));
    await expect(rotate(true)).rejects.toThrow("broken off");
    const next = (await folder.nextCertificateId()) ?? "";
    aws({ principals: [arnOf(old)], certificates: { [old]: "ACTIVE", [next]: "ACTIVE" } });
    iot.resetHistory();
    iot.on(AttachPolicyCommand).resolves({});
    await rotate(true);
    expect(names()).toEqual(["AttachPolicy", "AttachThingPrincipal"]);
    expect(idOf(fileOf("certificate.pem"))).toBe(next);
    expect(readdirSync(path.join(root, NAME)).filter((name) => name.startsWith("next-"))).toEqual([]);
  });

  it("retires nothing where the folder's certificate is not the device's", async () => {
    await added();
    aws({ principals: [arnOf("other")], certificates: {} });
    await expect(finishRotation(NAME, { directory, folder, connection })).rejects.toThrow("so none is revoked");
    aws({});
    await expect(rotate()).rejects.toThrow("There is no such device");
    expect(changes()).toEqual([]);
  });
});

describe("removeDevice", () => {
  const remove = () => removeDevice(NAME, { directory, folder, connection });

  it("detaches, deactivates and deletes, so that the policy can be deleted", async () => {
    const id = await added();
    aws({ principals: [arnOf(id)], certificates: { [id]: "ACTIVE" }, policies: [POLICY, "another"], things: [NAME] });
    expect(await remove()).toBe("removed");
    expect(changes()).toEqual([
      ["UpdateCertificate", { certificateId: id, newStatus: "INACTIVE" }],
      ["DetachPolicy", { policyName: POLICY, target: arnOf(id) }],
      ["DetachPolicy", { policyName: "another", target: arnOf(id) }],
      ["DetachThingPrincipal", { thingName: NAME, principal: arnOf(id) }],
      ["DeleteCertificate", { certificateId: id }],
      ["DeleteThing", { thingName: NAME }],
    ]);
    expect(readdirSync(root)).toEqual([]);
  });

  it("leaves a certificate that another thing has, too", async () => {
    aws({
      principals: [arnOf("shared")],
      certificates: { shared: "ACTIVE" },
      policies: [POLICY],
      things: [NAME, "twin"],
    });
    expect(await remove()).toBe("removed");
    expect(changes()).toEqual([
      ["DetachThingPrincipal", { thingName: NAME, principal: arnOf("shared") }],
      ["DeleteThing", { thingName: NAME }],
    ]);
  });

  it("finishes what was interrupted, and changes nothing after that", async () => {
    const id = await added();
    aws({ certificates: { [id]: "INACTIVE" } });
    expect(await remove()).toBe("removed");
    expect(names()).toEqual(["UpdateCertificate", "DetachThingPrincipal", "DeleteCertificate"]);
    iot.resetHistory();
    aws({});
    await expect(remove()).rejects.toThrow("nothing was deleted");
    expect(changes()).toEqual([]);
  });

  it("deletes nothing of a device that the stack does not know, its key least of all", async () => {
    await added();
    aws({});
    const files = readdirSync(path.join(root, NAME));
    await expect(remove()).rejects.toThrow(
      `"${NAME}" must be a device of this stack (${connection.host}:8883, ${POLICY}), got an unknown name; nothing was deleted. Fix: npx iot device list`,
    );
    expect(readdirSync(path.join(root, NAME))).toEqual(files);
    expect(changes()).toEqual([]);
  });

  it("waits until AWS knows what was detached", async () => {
    aws({ principals: [arnOf("c")], certificates: { c: "ACTIVE" }, policies: [POLICY], things: [NAME] });
    iot
      .on(DeleteCertificateCommand)
      .rejectsOnce(new DeleteConflictException({ message: "still attached", $metadata: {} }))
      .resolves({});
    expect(await remove()).toBe("removed");
    expect(names().filter((name) => name === "DeleteCertificate")).toHaveLength(2);
  });

  it("keeps a file that is not its own, and none that an interruption left", async () => {
    await added();
    for (const name of ["notes.txt", "private.key.4711.part", "stack.json.part"])
      writeFileSync(path.join(root, NAME, name), "mine");
    aws({ principals: [] });
    await remove();
    expect(readdirSync(path.join(root, NAME))).toEqual(["notes.txt"]);
  });
});

describe("another stack's device", () => {
  const place = () => ({ directory, folder, connection });
  const CHANGES: readonly [string, () => Promise<unknown>][] = [
    ["add", () => addDevice({ name: NAME, type: undefined }, place())],
    ["rotate", () => rotateDevice(NAME, place(), false)],
    ["rotate --finish", () => finishRotation(NAME, place())],
    ["remove", () => removeDevice(NAME, place())],
  ];
  const filesOf = () => readdirSync(path.join(root, NAME)).map((name) => [name, fileOf(name)]);

  it.each(CHANGES)("keeps its folder, which names another endpoint or policy: %s", async (_what, change) => {
    const id = await added();
    for (const other of [
      { endpoint: "other-ats.iot.sa-east-1.amazonaws.com:8883", policy: POLICY },
      { endpoint: `${connection.host}:8883`, policy: "iot-device-policy-prod" },
    ]) {
      await folder.saveOwner(other);
      const before = filesOf();
      aws({ principals: [arnOf(id)], certificates: { [id]: "ACTIVE" }, policies: [POLICY], things: [NAME] });
      await expect(change()).rejects.toThrow(`got one of ${other.endpoint}, ${other.policy}. Fix: `);
      expect(filesOf()).toEqual(before);
    }
    expect(changes()).toEqual([]);
  });

  it.each(CHANGES)("keeps a folder whose stack.json is no such file: %s", async (_what, change) => {
    await added();
    for (const text of ["", "null", "[]", '{"endpoint":1}']) {
      writeFileSync(path.join(root, NAME, "stack.json"), text);
      aws({ principals: [] });
      await expect(change()).rejects.toThrow("whose stack.json cannot be read");
    }
    expect(changes()).toEqual([]);
  });

  it.each(CHANGES)("keeps a thing that only the other stack's policy is attached to: %s", async (_what, change) => {
    const id = await added();
    aws({
      principals: [arnOf("c")],
      certificates: { [id]: "ACTIVE" },
      policies: ["iot-device-policy-prod"],
      things: [NAME],
    });
    await expect(change()).rejects.toThrow("iot-device-policy-prod");
    expect(changes()).toEqual([]);
  });

  it.each(CHANGES.slice(1))("keeps a thing that no policy of ours is attached to: %s", async (_what, change) => {
    const id = await added();
    aws({ principals: [arnOf(id)], certificates: { [id]: "ACTIVE" }, policies: ["of-somebody"], things: [NAME] });
    await expect(change()).rejects.toThrow(`that the policy ${POLICY} is not attached to`);
    expect(changes()).toEqual([]);
  });

  it.each(CHANGES)("is what a folder without stack.json holds that publishes elsewhere: %s", async (_what, change) => {
    await added();
    rmSync(path.join(root, NAME, "stack.json"));
    writeFileSync(path.join(root, NAME, "publish.sh"), "exec mosquitto_pub -h 127.0.0.1 -p 8883 --cafile ca.pem");
    aws({ principals: [] });
    await expect(change()).rejects.toThrow("got one of 127.0.0.1:8883. Fix: ");
    expect(changes()).toEqual([]);
  });

  it("is not what an earlier version of this stack has added: its folder gets its name", async () => {
    const id = await added();
    rmSync(path.join(root, NAME, "stack.json"));
    aws({ principals: [arnOf(id)], certificates: { [id]: "ACTIVE" }, policies: [POLICY], things: [NAME] });
    expect(await add()).toBe("unchanged");
    expect(JSON.parse(fileOf("stack.json"))).toEqual({ endpoint: `${connection.host}:8883`, policy: POLICY });
  });
});
