import type { Server } from "node:net";

/** Listens on 127.0.0.1 and resolves with the port; 0 takes a free one. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

/** Listens where it is wanted; without a wish at the usual port, or at a free one where that is taken. */
export async function listenWhereWanted(server: Server, wanted: number | undefined, usual: number): Promise<number> {
  return listen(server, wanted ?? usual).catch((error) => {
    if (wanted !== undefined) throw error;
    return listen(server, 0);
  });
}
