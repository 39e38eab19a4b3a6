/** Our own stream alone, to stand beside other servers: kinesis.mts bundles it, and starts it with the folder of old records and PORT. */
import { HttpServer } from "../local/aws/http-server";
import { kinesisApi } from "../local/aws/kinesis/kinesis-api";
import { Stream } from "../local/aws/kinesis/stream";

const stream = new Stream({
  name: "bench",
  arn: "arn:aws:kinesis:sa-east-1:123456789012:stream/bench",
  shardCount: 8,
  retentionHours: 24,
  mode: "PROVISIONED",
  shardLevelMetrics: [],
  kmsKeyId: undefined,
  tags: {},
  folder: process.argv[2],
  now: Date.now,
  later: (ms, then) => void setTimeout(then, ms),
});
const answer = kinesisApi(stream);
const server = new HttpServer(async (req, res) => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  const { method = "", headers } = req;
  const head = { method, path: "/", query: new URLSearchParams(), headers };
  const { status, headers: own, body } = await answer({ ...head, body: Buffer.concat(chunks) });
  res.writeHead(status, own).end(body);
});
void server.listen(Number(process.env.PORT));
