/** What begins the paths of a local run's own endpoint, which no AWS service has. */
export const LOCAL_PREFIX = "/_local/";

/** The paths at which a local run answers for itself, beside its AWS services. */
export const LOCAL_PATHS = {
  /** GET: the stack's outputs as a JSON object; 503 until the run is ready. */
  outputs: "/_local/outputs",
  /** GET: the authority of the broker's certificate, in PEM. */
  authority: "/_local/ca.pem",
  /** POST: the archive's delivery writes what it holds, and answers when that is done. */
  flush: "/_local/flush",
  /** GET: the messages that the topics were given lately, the oldest first; `?topic=` takes those of one topic, by its name. */
  notices: "/_local/notices",
  /** GET shows the faults in force, PUT replaces them, DELETE heals them. */
  faults: "/_local/faults",
} as const satisfies Record<string, `${typeof LOCAL_PREFIX}${string}`>;
