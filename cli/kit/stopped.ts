/**
 * Settles as the work does; rejects at Ctrl-C, however the work goes on.
 * @param cleanUpMs Milliseconds that the work then has to come to an end by itself. @default none
 * @throws The signal's reason
 */
export async function unlessStopped<Value>(work: Promise<Value>, signal: AbortSignal, cleanUpMs = 0): Promise<Value> {
  let [leave, timer]: [() => void, NodeJS.Timeout | undefined] = [() => {}, undefined];
  const stopped = new Promise<never>((_, reject) => {
    leave = () => {
      timer = setTimeout(() => reject(signal.reason), cleanUpMs);
    };
  });
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  try {
    const value = await Promise.race([work, stopped]);
    signal.throwIfAborted();
    return value;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
}
