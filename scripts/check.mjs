/** `npm run check`: its parts side by side; each says what it has to say when it has ended. */
import { spawn } from "node:child_process";
import { once } from "node:events";

const PARTS = ["types", "lint", "spelling", "unused"];

const statuses = await Promise.all(PARTS.map(check));
process.exit(statuses.every((status) => status === 0) ? 0 : 1);

/** @param {string} part */
async function check(part) {
  const command = `npm run --silent check:${part}`;
  const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
  const [status] = await once(child, "close");
  process.stdout.write(`${said}check:${part} ${status === 0 ? "passed" : "failed"}\n`);
  return status;
}
