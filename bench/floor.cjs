/**
 * The floor: the least that any handler must do for the same result. Decode, judge, build the request, hash and sign
 * it once, send it over a kept-alive socket. No SDK, no checks, no retries: it is no processor.
 */
const { createHash, createHmac } = require("node:crypto");
const { Agent, request } = require("node:http");

/** @type {Readonly<Record<string, readonly [number, number]>>} */
const LIMITS = { temperature: [0, 100], pressure: [0, 200] };
const endpoint = new URL(process.env.AWS_ENDPOINT_URL ?? "");
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/**
 * @param {string} method
 * @param {string} path
 * @param {string | undefined} target
 * @param {string | Buffer} body
 * @returns {Promise<Buffer>}
 */
function send(method, path, target, body) {
  const digest = createHash("sha256").update(body).digest();
  const headers = {
    "content-length": Buffer.byteLength(body),
    "content-type": "application/x-amz-json-1.0",
    authorization: createHmac("sha256", "key").update(digest).digest("hex"),
    ...(target && { "x-amz-target": target }),
  };
  return new Promise((resolve, reject) => {
    const { hostname: host, port } = endpoint;
    const sent = request({ host, port, method, path, headers, agent }, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks)));
    });
    sent.on("error", reject).end(body);
  });
}

/**
 * @typedef {{ deviceId: string, sensorType: string, value: number, timestamp: number, metadata: Record<string, string> }} Reading
 * @param {Reading} reading
 * @param {boolean} isAnomaly
 * @param {number} now Milliseconds since the epoch.
 */
function put({ deviceId, sensorType, value, timestamp, metadata }, isAnomaly, now) {
  const fields = Object.entries(metadata).map(([key, text]) => `${JSON.stringify(key)}:{"S":${JSON.stringify(text)}}`);
  return (
    `{"PutRequest":{"Item":{"deviceId":{"S":${JSON.stringify(deviceId)}},` +
    `"timestampSensorType":{"S":${JSON.stringify(`${timestamp}#${sensorType}`)}},"timestamp":{"N":"${timestamp}"},` +
    `"sensorType":{"S":${JSON.stringify(sensorType)}},"sensorTypeShard":{"S":${JSON.stringify(`${sensorType}#00`)}},` +
    `"value":{"N":"${value}"},"isAnomaly":{"BOOL":${isAnomaly}},"expirationTime":{"N":"${Math.floor(now / 1000)}"},` +
    `"processedAt":{"N":"${now}"},"metadata":{"M":{${fields}}}}}}`
  );
}

/** @param {{ Records: readonly { kinesis: { data: string } }[] }} event */
exports.handler = async ({ Records }) => {
  const now = Date.now();
  const calls = [];
  /** @type {string[]} */
  let puts = [];
  const flush = () => {
    const body = `{"RequestItems":{"${process.env.DYNAMODB_TABLE}":[${puts}]}}`;
    calls.push(
      send("POST", "/", "DynamoDB_20120810.BatchWriteItem", body).then((answer) => JSON.parse(answer.toString())),
    );
    puts = [];
  };
  for (const { kinesis } of Records) {
    const payload = Buffer.from(kinesis.data, "base64");
    /** @type {Reading} */
    const reading = JSON.parse(payload.toString());
    const [min, max] = LIMITS[reading.sensorType] ?? [-Infinity, Infinity];
    const isAnomaly = reading.value < min || reading.value > max;
    const key = `/${process.env.S3_BUCKET}/anomalies/${reading.deviceId}/${reading.timestamp}.json`;
    if (isAnomaly) calls.push(send("PUT", key, undefined, payload));
    if (puts.push(put(reading, isAnomaly, now)) === 25) flush();
  }
  if (puts.length > 0) flush();
  await Promise.all(calls);
  process.stdout.write(`${JSON.stringify({ stored: Records.length })}\n`);
  return { batchItemFailures: [] };
};
