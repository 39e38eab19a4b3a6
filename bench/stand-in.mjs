/**
 * Stands in for DynamoDB and S3 and answers every write immediately, or LATENCY_MS later, so that what is measured is the
 * handler. It stores nothing and checks nothing. Prints its port.
 */
import { createServer } from "node:http";

const latencyMs = Number(process.env.LATENCY_MS ?? 0);

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    const answer = () => {
      if (request.method === "PUT") response.writeHead(200, { etag: '"0"' }).end();
      else response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end('{"UnprocessedItems":{}}');
    };
    if (latencyMs > 0) setTimeout(answer, latencyMs);
    else answer();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : address);
});
process.on("disconnect", () => process.exit());
