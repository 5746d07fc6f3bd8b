import { expect, it } from 'vitest';
import { documentedProviders } from './documented-providers.ts';

it('The providers that the documentation shows are made as it says.', () => {
  const shown = Object.entries(documentedProviders()).map(
    ([key, { name, dimension }]) => [key, name, dimension] as const,
  );
  expect(shown).toEqual([
    ['hosted', 'text-embedding-3-small', 1_536],
    ['shorter', 'text-embedding-3-large', 1_024],
    ['ollama', 'nomic-embed-text', 768],
    ['described', 'our/model', 768],
    ['vercel', 'bge-m3', 1_024],
    ['local', 'Xenova/bge-small-en-v1.5', 384],
  ]);
});
