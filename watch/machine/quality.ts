/** How far a device trusts its own value. Absent or unknown is good: most devices do not say. */
export type Quality = "good" | "uncertain" | "bad";

/**
 * `metadata.quality`: an OPC UA StatusCode, whose two highest bits are the severity, or a word that begins with one.
 * https://reference.opcfoundation.org/Core/Part4/v105/docs/7.39
 */
export function qualityOf(given: unknown): Quality {
  if (typeof given === "number" && Number.isInteger(given) && given >= 0 && given <= 0xffffffff) {
    const severity = given >>> 30;
    return severity === 0 ? "good" : severity === 1 ? "uncertain" : "bad";
  }
  const word = typeof given === "string" ? given.trim().toLowerCase() : "";
  if (word.startsWith("bad")) return "bad";
  return word.startsWith("uncertain") ? "uncertain" : "good";
}
