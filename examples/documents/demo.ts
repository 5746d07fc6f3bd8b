/**
 * A folder of documents answers questions, with where it says so.
 *
 *     node demo.ts                                     a question to this repository's own documents
 *     node demo.ts <library> "<question>" <source...>  another folder of the database, question, sources
 *
 * The second run reads nothing that has not changed.
 */
import { fileURLToPath } from 'node:url';
import { ingest } from '@vecino/ingest';
import { minilm } from '@vecino/minilm';
import { open, retrieve } from 'vecino';

const [library = './library', question = 'How do I remove near-duplicates?', ...named] =
  process.argv.slice(2);
const paths = named.length > 0 ? named : [fileURLToPath(new URL('../../docs', import.meta.url))];

await using embedding = minilm();
await using db = await open(library);
const documents = await db.collection('documents', { embedding, fullText: true });

const { sources, records, faults } = await ingest(documents, paths, { embedding });
console.log(`sources read: ${sources.added + sources.changed}, passages stored: ${records.stored}`);
for (const { source, error } of faults) console.warn(source, error.message);

const { passages, toPrompt } = await retrieve(documents, question, { tokens: 600 });
for (const { number, text, citation } of passages) {
  const { source, headings, page, start } = citation;
  console.log(`\n[${number}] ${source}`, headings.join(' › '), page ?? start);
  console.log(text);
}
const prompt = toPrompt(); // for any language model
console.log(`\nThe prompt has ${prompt.length} characters.`);
