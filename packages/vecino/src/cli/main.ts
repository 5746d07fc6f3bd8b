#!/usr/bin/env node
import { requireNode } from '../base/node-version.ts';
import { exitCodeOf } from './exit-codes.ts';

// Everything else is loaded only once Node is known to be new enough for it, so that an old one prints our
// sentence instead of a syntax or module error.
try {
  requireNode();
  const { run } = await import('./program.ts');
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
