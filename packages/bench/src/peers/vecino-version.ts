import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { PeerFacts } from './peer.ts';

/** What is measured under Vecino's names; the commit stands with the machine. */
export async function aboutVecino(): Promise<PeerFacts> {
  const text = readFileSync(createRequire(import.meta.url).resolve('vecino/package.json'), 'utf8');
  return {
    version: (JSON.parse(text) as { version: string }).version,
    compiled: 'AssemblyScript to WebAssembly, and TypeScript',
    instructions: '128-bit SIMD of WebAssembly, relaxed where Node has it',
  };
}
