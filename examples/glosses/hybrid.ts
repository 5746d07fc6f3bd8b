/**
 * Words and meanings together: what either search finds alone, and what both find together.
 *
 *     node hybrid.ts                     1,500 explanations in the folder ./library
 *     node hybrid.ts <folder> <count>    another folder, another number
 *
 * WordNet has example sentences beside many explanations: "the situation called for strong measures". Here they are
 * the questions, and the explanation that a sentence belongs to is the right answer.
 */
import { minilm } from '@vecino/minilm';
import { open, type SearchQuery } from 'vecino';
import { storeGlosses } from './store.ts';
import { type GlossMetadata, readExamples } from './wordnet.ts';

const [folder = './library', count = '1500'] = process.argv.slice(2);
const QUESTIONS = 250;
const DEPTH = 10;

await using embedding = minilm();
await using db = await open(folder);
// A folder of the other demo gets its index of words here.
const glosses = await db.collection<GlossMetadata>('glosses', { embedding, fullText: true });
await storeGlosses(glosses, Number(count));

const examples = await storedExamples();
const queryOf: Readonly<Record<string, (text: string) => SearchQuery<GlossMetadata>>> = {
  meaning: (text) => ({ text }),
  words: (text) => ({ fullText: text }),
  both: (text) => ({ text, fullText: true }),
};
const places = new Map<string, readonly number[]>();
for (const way of Object.keys(queryOf)) places.set(way, await placesBy(way));

console.log(`${examples.length} sentences asked of ${await glosses.count()} explanations.\n`);
console.log(`${'by'.padEnd(10)}${['first', `in ${DEPTH}`, 'mean of 1 / place'].map(cell).join('')}`);
for (const [way, found] of places) {
  const share = (hits: readonly number[]) => (hits.length / found.length).toFixed(2);
  const here = found.filter((place) => place > 0);
  const mean = here.reduce((sum, place) => sum + 1 / place, 0) / found.length;
  const cells = [share(here.filter((place) => place === 1)), share(here), mean.toFixed(2)];
  console.log(`${way.padEnd(10)}${cells.map(cell).join('')}`);
}
for (const [way, other] of [
  ['meaning', 'words'],
  ['words', 'meaning'],
] as const) {
  const place = (by: string, i: number) => places.get(by)?.[i] ?? 0;
  const alone = examples.filter((_, i) => place(way, i) > 0 && place(other, i) === 0);
  const kept = examples.filter((_, i) => place(way, i) > 0 && place(other, i) === 0 && place('both', i) > 0);
  console.log(`\n${alone.length} found by ${way} only, ${kept.length} of them by both, such as`);
  for (const { text, id } of kept.slice(0, 3)) {
    const [gloss] = await glosses.get([id]);
    console.log(`  "${text}"\n      ${gloss?.document}`);
  }
}

/** Example sentences of what is stored, evenly chosen. */
async function storedExamples(): Promise<ReturnType<typeof readExamples>> {
  const all = readExamples();
  const stored = await glosses.get(
    all.map(({ id }) => id),
    [],
  );
  const known = all.filter((_, i) => stored[i] !== undefined);
  const step = Math.max(1, known.length / QUESTIONS);
  return known.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}

/** Where the right explanation comes in each answer, from 1; 0 where it does not. */
async function placesBy(way: string): Promise<number[]> {
  const queries = examples.map(({ text }) => ({ ...queryOf[way]?.(text), k: DEPTH, include: [] }));
  const answers = await glosses.searchMany(queries);
  return answers.map((hits, i) => hits.findIndex(({ id }) => id === examples[i]?.id) + 1);
}

function cell(text: string): string {
  return text.padStart(19);
}
