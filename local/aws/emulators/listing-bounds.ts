import { PAGE } from "./objects-on-disk";

/** Gives S3's most names a page to a client that asks for more: the emulator would give them all, and say so in its answer. */
export async function boundListing({ query }: { readonly query: unknown }): Promise<void> {
  const asked = query as Record<string, string | undefined>;
  if (Number(asked["max-keys"]) > PAGE) asked["max-keys"] = String(PAGE);
}
