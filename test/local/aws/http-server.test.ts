import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpServer } from "../../../local/aws/http-server";

const server = new HttpServer(async (req, res) => {
  res.end(`${req.httpVersionMajor} ${req.method} ${await text(req)}`);
});
let port = 0;
beforeAll(async () => {
  port = await server.listen(0);
});
afterAll(() => server.stop());

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

async function said(...parts: readonly string[]): Promise<string> {
  const socket: Socket = connect({ port, noDelay: true });
  const answer = text(socket);
  for (const part of parts) {
    socket.write(part);
    await pause();
  }
  socket.end();
  return answer;
}

const POST = "POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";

describe("HttpServer", () => {
  it.each([1, 2, 3, 4, 5, 20, POST.length - 1])("takes a request that is cut after byte %i", async (at) => {
    expect(await said(POST.slice(0, at), POST.slice(at))).toMatch(/^HTTP\/1\.1 200 OK.*1 POST hi/s);
  });

  it("takes a request that comes byte by byte", async () => {
    expect(await said(...POST.slice(0, 10), POST.slice(10))).toMatch(/^HTTP\/1\.1 200 OK.*1 POST hi/s);
  });

  it.each(["P", "PR", "PRI * HTTP/2.", ""])("serves others while one client says %j and no more", async (beginning) => {
    const silent = connect({ port, noDelay: true });
    silent.write(beginning);
    await pause();
    expect(await said(POST)).toMatch(/1 POST hi/);
    silent.destroy();
  });

  it("ends the connection of a client that ends amid the preface", async () => {
    expect(await said("PRI")).toBe("");
  });

  it("speaks HTTP/2 to a client that begins with it", async () => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const request = session.request({ ":method": "POST" });
    request.end("hi");
    expect(await text(request)).toBe("2 POST hi");
    session.close();
  });

  it("tells a client that its headers are too long", async () => {
    expect(await said(POST.replace("\r\n\r\n", `\r\nx-long: ${"x".repeat(20_000)}\r\n\r\n`))).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });

  it("tells a client that does not speak HTTP", async () => {
    expect(await said("what?\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });
});
