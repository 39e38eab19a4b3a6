/** Longest name of a thing, in characters: https://docs.aws.amazon.com/iot/latest/apireference/API_CreateThing.html */
export const MAX_THING_NAME_LENGTH = 128;

/** The name of a thing, which is a device's id. */
export const THING_NAME = new RegExp(`^[A-Za-z0-9:_-]{1,${MAX_THING_NAME_LENGTH}}$`);
