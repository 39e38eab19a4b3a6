/**
 * Waits until a server listens.
 * @param option The option of the command line that sets the port.
 * @throws Error with a hint for the user if the port is in use or needs more rights
 */
export async function claimPort<T>(listening: Promise<T>, port: number, option: string): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE")
      throw new Error(
        `"${option}" must be a free port of 127.0.0.1, got ${port}, which another program has. Fix: choose another one, or 0 for any free port`,
      );
    if (code === "EACCES")
      throw new Error(
        `"${option}" must be a port that this user may open, got ${port}. Fix: choose one from 1024 on, or 0 for any free port`,
      );
    throw error;
  }
}
