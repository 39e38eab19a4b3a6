#!/usr/bin/env node
// mosquitto_pub, as far as a device's publish.sh calls it, for machines that do not have it.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { connectAsync } from "mqtt";

// Its own options are long ones with two hyphens, and short ones.
const { values } = parseArgs({
  options: {
    host: { type: "string", short: "h" },
    port: { type: "string", short: "p" },
    cafile: { type: "string" },
    cert: { type: "string" },
    key: { type: "string" },
    qos: { type: "string", short: "q" },
    id: { type: "string", short: "i" },
    topic: { type: "string", short: "t" },
    message: { type: "string", short: "m" },
    "protocol-version": { type: "string", short: "V" },
  },
});
const { host, port, cafile = "", cert = "", key = "", qos, id = "", topic = "", message = "" } = values;
const client = await connectAsync(`mqtts://${host}:${port}`, {
  clientId: id,
  protocolVersion: values["protocol-version"] === "5" ? 5 : 4,
  ca: readFileSync(cafile),
  cert: readFileSync(cert),
  key: readFileSync(key),
  reconnectPeriod: 0,
});
await client.publishAsync(topic, message, { qos: qos === "1" ? 1 : 0 });
await client.endAsync();
