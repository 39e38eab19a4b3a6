/**
 * The characters of a sensor type: 1 to 64, none of them invisible, a blank other than the space, or the `#` that separates the parts of
 * the range key. `isSensorType` checks the rest.
 */
export const SENSOR_TYPE = /^(?:(?![\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\u2800#]|(?! )\p{Zs}).){1,64}$/su;

/** Whether a reading may have this sensor type: its characters, no blank at an end, and Unicode's composed form (NFC). */
export function isSensorType(type: string): boolean {
  return SENSOR_TYPE.test(type) && type === type.trim() && type === type.normalize("NFC");
}
