/**
 * The field of an exported record that tells when it expires, as an ISO 8601 text. Metadata cannot be meant: filters
 * have no such field.
 */
export const EXPIRY_FIELD = '$expiresAt';
