import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { HNSW_OPTIONS } from '../api/index-options.ts';
import { SEARCH_OPTIONS } from '../api/search.ts';
import { filterFlag, flagsOf, includeFlag, optionsFrom } from './flags.ts';

function parse(specs: Parameters<typeof flagsOf>[0], ...args: string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of [...flagsOf(specs), filterFlag(), includeFlag()]) command.addOption(option);
  command.parse(args, { from: 'user' });
  return command.opts();
}

describe('flags made from specifications', () => {
  it('come back as the options of the API', () => {
    const flags = parse(HNSW_OPTIONS, '--m', '8', '--ef-construction', '100', '--seed=7');
    expect(optionsFrom(HNSW_OPTIONS, flags)).toEqual({ M: 8, efConstruction: 100, seed: 7 });
    const search = parse(
      SEARCH_OPTIONS,
      '--k',
      '3',
      '--min-score',
      '-0.5',
      '--exact',
      '--include',
      'vector, document',
    );
    expect(optionsFrom(SEARCH_OPTIONS, search)).toEqual({
      k: 3,
      minScore: -0.5,
      exact: true,
      include: ['vector', 'document'],
    });
  });

  it('say their range', () => {
    const [m] = flagsOf(HNSW_OPTIONS);
    expect(m?.description).toBe('Links a node on the upper levels. Integer from 4 to 64, default 16.');
  });

  it.each([
    [['--k', '0'], /from 1 to 10000/],
    [['--k', '1.5'], /Expected an integer/],
    [['--k', ''], /Expected an integer/],
    [['--k', 'ten'], /Expected an integer/],
    [['--min-score', 'x'], /Expected a number/],
    [['--include', 'vectr'], /did you mean "vector"/],
    [['--filter', '{"a":}'], /column 6: expected a JSON value/],
    [['--exat'], /unknown option '--exat'/],
  ])('refuse %j', (args, message) => expect(() => parse(SEARCH_OPTIONS, ...args)).toThrow(message));
});
