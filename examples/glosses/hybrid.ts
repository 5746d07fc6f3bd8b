/**
 * Words and meanings together: what either search finds alone, and what both find together.
 *
 *     node hybrid.ts                     1,500 explanations in the folder ./library
 *     node hybrid.ts <folder> <count>    another folder, another number
 *
 * Each question has one explanation that it is about. The table tells in which place it comes when the question is
 * searched by meaning, by its words, and by both.
 */
import { minilm } from '@vecino/minilm';
import { open, type SearchQuery } from 'vecino';
import { known } from './questions.ts';
import { storeGlosses } from './store.ts';
import type { GlossMetadata } from './wordnet.ts';

const [folder = './library', count = '1500'] = process.argv.slice(2);
/** What comes later than this is not found. */
const DEPTH = 50;

await using embedding = minilm();
await using db = await open(folder);
// A folder of the other demo gets its index of words here.
const glosses = await db.collection<GlossMetadata>('glosses', { embedding, fullText: true });
await storeGlosses(glosses, Number(count));

const stored = await glosses.get(
  known.map(({ id }) => id),
  [],
);
const asked = known.filter((_, i) => stored[i] !== undefined);
const ways = {
  meaning: ({ text }) => ({ text }),
  words: ({ text }) => ({ fullText: text }),
  both: ({ text }) => ({ text, fullText: true }),
} as const satisfies Record<string, (question: { text: string }) => SearchQuery<GlossMetadata>>;

const places = new Map<string, number[]>();
for (const [way, queryOf] of Object.entries(ways)) {
  const answers = await glosses.searchMany(
    asked.map((question) => ({ ...queryOf(question), k: DEPTH, include: [] })),
  );
  places.set(
    way,
    answers.map((hits, i) => hits.findIndex(({ id }) => id === asked[i]?.id) + 1),
  );
}

console.log(`Place of the right one of ${await glosses.count()} explanations, by\n`);
console.log(row('', Object.keys(ways)));
for (const [i, { text }] of asked.entries()) {
  const found = [...places.values()].map((column) => column[i] ?? 0);
  console.log(
    row(
      text,
      found.map((place) => (place === 0 ? '-' : String(place))),
    ),
  );
}
const means = [...places.values()].map((column) => meanReciprocalRank(column).toFixed(2));
console.log(row('\nmean of 1 / place', means));

/** The usual measure of a search for one thing: 1 where it always comes first, 0 where it never comes. */
function meanReciprocalRank(column: readonly number[]): number {
  return column.reduce((sum, place) => sum + (place === 0 ? 0 : 1 / place), 0) / column.length;
}

function row(title: string, cells: readonly string[]): string {
  return title.padEnd(50) + cells.map((cell) => cell.padStart(9)).join('');
}
