import { InvalidArgumentError, Option } from 'commander';
import { DIVERSIFY_OPTIONS, GROUP_BY_OPTIONS } from '../api/refine.ts';
import type { SearchResult } from '../api/search.ts';
import { namesIn } from './flags.ts';

/** Flags of what comes after the nearest; each gives the option of a search that it is named for. */
export function answerFlags(): Option[] {
  const hits = GROUP_BY_OPTIONS.hits;
  return [
    new Option(
      '--group-by <path>',
      'The best hits of each of the k best groups: a metadata path, and after a colon how many hits of each.',
    ).argParser((text) => {
      const [, path = text, count = ''] = /^(.*):(\d+)$/.exec(text) ?? [];
      if (count === '') return { path };
      const size = Number(count);
      if (size >= hits.min && size <= hits.max) return { path, hits: size };
      throw new InvalidArgumentError(`Expected ${hits.min} to ${hits.max} hits of each group.`);
    }),
    new Option(
      '--diversify [lambda]',
      'Hits that differ from each other: 0 only differ, 1 are only near, default 0.5.',
    ).argParser((text) => {
      const { min, max } = DIVERSIFY_OPTIONS.lambda;
      const lambda = text.trim() === '' ? Number.NaN : Number(text);
      if (lambda >= min && lambda <= max) return { lambda };
      throw new InvalidArgumentError(`Expected a number from ${min} to ${max}.`);
    }),
    new Option('--facets <paths>', 'Counts by value of metadata paths, with commas between.').argParser(
      namesIn,
    ),
    new Option('--page [token]', 'The first page; with the token of a page, the one behind it.'),
  ];
}

/** What an answer has beside its hits, as lines below them. */
export function answerLines({ groups, facets, next }: SearchResult): string[] {
  return [
    ...(groups ?? []).map(
      ({ value, hits }) => `${JSON.stringify(value)}: ${hits.map(({ id }) => id).join(', ')}`,
    ),
    ...Object.entries(facets ?? {}).map(([path, { values, different }]) => {
      const counts = values.map(({ value, count }) => `${JSON.stringify(value)} (${count})`).join(', ');
      const rest = different > values.length ? ` and ${different - values.length} more values` : '';
      return `${path}: ${counts}${rest}`;
    }),
    ...(next === undefined ? [] : [`next page: --page ${next}`]),
  ];
}
