export type { ErrorCode, ErrorKind } from './base/error-catalogue.ts';
export { ERROR_CATALOGUE } from './base/error-catalogue.ts';
export { VecinoError } from './base/errors.ts';
