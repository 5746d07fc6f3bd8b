/**
 * Questions whose answers are known, from real data: the package modern-web-guidance has guides for web developers and,
 * apart from them, a sentence that says what each is for. The sentence is the question, the guide answers it.
 *
 *     node questions.ts > questions.jsonl
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

interface UseCase {
  readonly id: string;
  readonly category: string;
  readonly description: string;
}

const guidance = dirname(createRequire(import.meta.url).resolve('modern-web-guidance/package.json'));
const packed = join(guidance, 'skills', 'modern-web-guidance', 'use-cases.vectors.gen.json.gz');
const useCases = JSON.parse(gunzipSync(readFileSync(packed)).toString('utf8')) as readonly UseCase[];
const questions = new Map(
  useCases.map(({ id, category, description }) => [description, `guides/${category}/${id}.md`]),
);
for (const [question, source] of questions) {
  // A guide that has the sentence itself would be too easy to find.
  const guide = readFileSync(join(guidance, 'skills', 'modern-web-guidance', source), 'utf8');
  if (!guide.includes(question)) console.log(JSON.stringify({ question, relevant: [{ source }] }));
}
