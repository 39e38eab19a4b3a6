import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { copyArchive } from "../../stores/archive-copy";
import type { Io } from "../kit/command";
import type { Answer } from "../kit/output";
import { clientConfig, type Target } from "../kit/target";
import { askFolder } from "./local-history";
import type { Question } from "./question";

/** Asks a run that is up: what it has read so far is written to its archive first, so that nothing waits for a buffer. */
export async function askLive(target: Target, endpoint: string, question: Question, io: Io): Promise<Answer> {
  io.progress("the run writes what it has into the archive");
  const flushed = await fetch(new URL("/_local/flush", endpoint), { method: "POST", signal: io.signal });
  if (!flushed.ok) throw new Error(`the local run at ${endpoint} cannot write its archive: ${await flushed.text()}`);
  const folder = await mkdtemp(path.join(tmpdir(), "iot-history-"));
  try {
    await copyArchive(new S3Client(clientConfig(target)), target.output("s3_bucket_name"), folder);
    return await askFolder(folder, question);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
