import { describe, expect, it } from 'vitest';
import { aiSdk, openaiCompatible, transformersJs } from '../../src/embedding.ts';

const AI_MODEL = {
  provider: 'x',
  modelId: 'bge-m3',
  maxEmbeddingsPerCall: 2,
  doEmbed: async () => ({ embeddings: [] }),
};

const REQUESTS: readonly (readonly [string, unknown, RegExp])[] = [
  ['textsMax', 0, /"textsMax" is 0, expected an integer from 1 to 10000/],
  ['tokensMax', 0, /"tokensMax" is 0/],
  ['tokensMax', '1', /"tokensMax" is a string/],
  ['countTokens', 3, /"countTokens" is the number 3, expected a function/],
  ['concurrency', 65, /"concurrency" is 65, expected an integer from 1 to 64/],
  ['retries', -1, /"retries" is -1/],
  ['backoffMs', 0.5, /"backoffMs" is 0.5/],
  ['waitMaxMs', Number.POSITIVE_INFINITY, /"waitMaxMs" is Infinity/],
  ['dimension', 0, /"dimension" is 0/],
  ['dimension', 8_193, /"dimension" is 8193, expected an integer from 1 to 8192/],
  ['retrie', 3, /unknown option "retrie"; did you mean "retries"\?/],
];

const OPENAI: typeof REQUESTS = [
  ['url', 3, /"url" is the number 3, expected an address that begins with http/],
  ['url', 'localhost:11434', /"url" is a string/],
  ['url', 'file:///etc/passwd', /"url" is a string/],
  ['url', 'https://me:tulip@example.org/v1', /"url" holds a user or a password/],
  ['model', undefined, /"model" is undefined/],
  ['apiKey', '', /"apiKey" is an empty string, expected a non-empty string/],
  ['apiKey', 7, /"apiKey" is the number 7/],
  ['headers', ['a'], /"headers" is an array of 1/],
  ['headers', { a: 1 }, /"headers" is an object \(Object\)/],
  ['headers', { a: 'tulip\nrose' }, /"headers" is an object \(Object\)/],
  ['timeoutMs', 0, /"timeoutMs" is 0/],
  ['fetch', 'fetch', /"fetch" is a string, expected a function like fetch/],
];

const TRANSFORMERS: typeof REQUESTS = [
  ['model', undefined, /"model" is undefined/],
  ['dtype', 'fp8', /"dtype" is "fp8"/],
  ['textsMax', 0, /"textsMax" is 0/],
  ['dimension', 10, /"dimension" is 10, expected 1024: the vectors of "bge-m3" cannot be cut/],
];

describe.each([
  [
    'openaiCompatible',
    (options: object) => openaiCompatible({ model: 'bge-m3', ...options }),
    [...REQUESTS, ...OPENAI],
  ],
  ['aiSdk', (options: object) => aiSdk(AI_MODEL, options), REQUESTS],
  ['transformersJs', (options: object) => transformersJs({ model: 'bge-m3', ...options }), TRANSFORMERS],
] as const)('%s', (name, make, refusals) => {
  it.each(refusals)('refuses %s %j', (option, value, message) => {
    const refused = () => make({ [option]: value });
    expect(refused).toThrow(message);
    expect(refused).toThrow(name);
    expect(refused).not.toThrow(/tulip/);
  });
});
