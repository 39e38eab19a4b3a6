/**
 * A sensor type: 1 to 64 characters, whichever, but none that a person does not see, no other blank than the space, and not the `#`
 * that parts the range key. Beside it, no blank at an end, and Unicode's composed form.
 */
export const SENSOR_TYPE = /^(?:(?![\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\u2800#]|(?! )\p{Zs}).){1,64}$/su;
