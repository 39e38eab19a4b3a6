import type { S3Client } from "@aws-sdk/client-s3";
import type { Target } from "../kit/target";
import type { Marks } from "./marks";
import type { Manner, Ports, Tally } from "./run";

/** One run of `iot replay`: what is asked for, and with what it works. */
export interface Session {
  readonly target: Target;
  readonly s3: S3Client;
  /** The archive. */
  readonly bucket: string;
  readonly marks: Marks;
  readonly tally: Tally;
  readonly manner: Manner;
  readonly ports: Ports;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  readonly reason: string | undefined;
  readonly device: string | undefined;
  /** What a mark says was replayed, too. */
  readonly again: boolean;
  /** A reading with a wrong timestamp is stored at its arrival. */
  readonly asArrived: boolean;
}
