/**
 * Retrieval for a language model: the passages that a question needs, in a prompt that asks to answer from them.
 *
 *     node rag.ts                                  a question to the folder ./library
 *     node rag.ts <folder> <count> "<question>"    another folder, number of explanations, question
 *
 * The prompt goes to standard output; send it to the model of your choice.
 */
import { minilm } from '@vecino/minilm';
import { type Collection, open } from 'vecino';
import { storeGlosses } from './store.ts';
import type { GlossMetadata } from './wordnet.ts';

const [folder = './library', count = '1500', question = 'Is H2O a liquid?'] = process.argv.slice(2);

await using embedding = minilm();
await using db = await open(folder);
const glosses = await db.collection<GlossMetadata>('glosses', { embedding, fullText: true });
await storeGlosses(glosses, Number(count));
console.log(await promptFor(glosses, question));

/**
 * Meaning finds what is said in other words, full text finds names, terms and numbers: a model needs both. The
 * sources are numbered so that its answer can point to them; characters stand for tokens, which are longer.
 */
async function promptFor(
  passages: Collection<GlossMetadata>,
  question: string,
  charactersMax = 2_000,
): Promise<string> {
  const hits = await passages.search({ text: question, fullText: true, k: 5 });
  const sources: string[] = [];
  let characters = 0;
  for (const { id, document = '' } of hits) {
    characters += document.length;
    if (characters > charactersMax) break;
    sources.push(`[${sources.length + 1}] (${id}) ${document}`);
  }
  return [
    'Answer the question from these sources only. Name the numbers of those that you use; say so where they do not tell.',
    '',
    ...sources,
    '',
    `Question: ${question}`,
  ].join('\n');
}
