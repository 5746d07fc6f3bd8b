import type { Capabilities, Capability } from '../../api/capabilities.ts';
import { VecinoError } from '../../base/errors.ts';

/**
 * What is said of something that the engine cannot do.
 *
 * @param thing the opening words of the message
 * @param what cannot be done: `facets`
 * @param alternative the nearest, in one sentence
 */
export function unsupported(thing: string, engine: string, what: string, alternative: string): VecinoError {
  return new VecinoError('UNSUPPORTED', `${thing}: ${engine} does not support ${what}; ${alternative}`, {
    details: { engine, capability: what },
  });
}

/** Throws where the engine lacks a capability. */
export function requireCapability(thing: string, capabilities: Capabilities, capability: Capability): void {
  const alternative = capabilities.unsupported[capability];
  if (alternative === undefined) return;
  throw unsupported(thing, capabilities.engine, capability, alternative);
}
