/** What a glob may hold: a thing's characters, `*` for any run of them and `?` for one. */
const GLOB = /^[A-Za-z0-9:_*?-]{1,128}$/;

/** Whether a value is a glob that may stand for devices. */
export function isDeviceGlob(given: unknown): given is string {
  return typeof given === "string" && GLOB.test(given);
}

/** A test of whether a device's name fits a glob, for many names. */
export function globTest(glob: string): (deviceId: string) => boolean {
  if (glob === "*") return () => true;
  if (!/[*?]/.test(glob)) return (deviceId) => glob === deviceId;
  const pattern = new RegExp(`^${glob.replace(/\*+/g, ".*").replaceAll("?", ".")}$`);
  return (deviceId) => pattern.test(deviceId);
}

/** Whether a device's name fits a glob. */
export function matchesGlob(glob: string, deviceId: string): boolean {
  return globTest(glob)(deviceId);
}
