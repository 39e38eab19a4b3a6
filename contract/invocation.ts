/**
 * A field of the function's event beside `Records`, true where the records are replayed: each is then stored only where nothing
 * that arrived later is. Lambda's own event source mapping never sets it.
 */
export const REPLAY_FIELD = "replay";

/** A field beside it, true where a reading with a wrong timestamp is stored at its arrival. Replays alone may set it. */
export const AS_ARRIVED_FIELD = "asArrived";
