/**
 * An object of the archive is written when this much has come together, counted as JSON, or when it has waited this long:
 * large objects, and a delay that ends.
 */
export const ARCHIVE_BUFFER = { megabytes: 128, seconds: 900 };
