import type { Duplex } from "node:stream";

/** How long a connection may take to say what it speaks. */
const PATIENCE_MS = 30_000;
const CONNECT = 0x10;

/**
 * Whether these first bytes are a CONNECT of MQTT 5; undefined until it can be told.
 * https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901033
 */
export function speaksMqtt5(head: Buffer): boolean | undefined {
  if (head.length > 0 && head[0] !== CONNECT) return false;
  let at = 1;
  while ((head[at] ?? 0) >= 0x80) at += 1;
  if (at > 4) return false;
  const name = Buffer.from([0, 4, ...Buffer.from("MQTT")]);
  const start = at + 1;
  const seen = head.subarray(start, start + name.length);
  if (!seen.equals(name.subarray(0, seen.length))) return false;
  const version = head[start + name.length];
  return version === undefined ? undefined : version === 5;
}

/** Looks at what a connection says first, leaves it where it was, and calls `then`. One that says too little is closed. */
export function whenVersionKnown(socket: Duplex, then: (isMqtt5: boolean) => void, onSilent: () => void): void {
  let head = Buffer.alloc(0);
  const timer = setTimeout(() => {
    onSilent();
    socket.destroy();
  }, PATIENCE_MS).unref();
  const look = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) head = Buffer.concat([head, chunk]);
    const answer = speaksMqtt5(head);
    if (answer === undefined) return;
    stop();
    socket.unshift(head);
    then(answer);
  };
  const stop = () => {
    clearTimeout(timer);
    socket.off("readable", look).off("end", stop).off("close", stop).off("error", stop);
  };
  socket.on("readable", look).on("end", stop).on("close", stop).on("error", stop);
}
