import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { LOCAL_PATHS } from "../../contract/local-paths";
import { copyArchive } from "../../stores/archive-copy";
import type { Answer } from "../kit/output";
import { clientConfig, type Target } from "../kit/target";
import type { Io } from "../kit/terminal";
import { askFolder } from "./local-history";
import type { Question } from "./question";

/**
 * Asks a run that is up. Its archive is written first, so that no reading waits in a buffer.
 * @throws Error where the run cannot write its archive
 */
export async function askLive(target: Target, endpoint: string, question: Question, io: Io): Promise<Answer> {
  io.progress("the run writes its archive");
  const flushed = await fetch(new URL(LOCAL_PATHS.flush, endpoint), { method: "POST", signal: io.signal });
  if (!flushed.ok) throw new Error(`The local run at ${endpoint} cannot write its archive: ${await flushed.text()}`);
  const folder = await mkdtemp(path.join(tmpdir(), "iot-history-"));
  try {
    await copyArchive(new S3Client(clientConfig(target)), target.output("s3_bucket_name"), folder, io.signal);
    return await askFolder(folder, question, io);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
