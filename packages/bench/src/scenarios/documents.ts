/** What it costs to ingest a folder of documents: the first time, again, and after one of them has changed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ingest } from '@vecino/ingest';
import { minilm } from '@vecino/minilm';
import { open } from 'vecino';
import { glossTexts } from '../datasets/glosses.ts';
import { Stopwatch } from '../measure/stopwatch.ts';
import type { Progress } from '../progress.ts';
import { rounded, whole } from '../report/numbers.ts';
import type { DataRequest } from './data.ts';
import { tableOf } from './report/table.ts';
import type { Conditions, Findings, Scenario } from './scenario.ts';

export interface DocumentsOptions {
  readonly data: Pick<DataRequest, 'dataset'>;
  readonly files: number;
}

const GLOSSES = { dataset: 'glosses' } as const;

export const documents: Scenario<DocumentsOptions> = {
  about: 'ingesting a folder of Markdown files, again with nothing changed, and with one file changed',
  sizes: {
    full: [{ data: GLOSSES, files: 1_000 }],
    quick: [{ data: GLOSSES, files: 200 }],
    tiny: [{ data: GLOSSES, files: 12 }],
  },
  run: runDocuments,
};

/** Sections of a file, each of which becomes a passage. */
const SECTIONS = 3;
/** How much faster a run must be in which nothing has changed. */
const AGAIN_MIN = 50;

type Turn = 'first' | 'again' | 'one file changed';

interface TurnRow {
  readonly turn: Turn;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly stored: number;
  readonly unchanged: number;
}

async function runDocuments(
  { files }: DocumentsOptions,
  { seed }: Conditions,
  progress: Progress,
): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), 'vecino-documents-'));
  try {
    writeFiles(folder, glossTexts(seed), files);
    const rows = await ingestInTurns(folder, progress);
    const [first, again, changed] = rows;
    const times = (first?.seconds ?? 0) / (again?.seconds ?? Number.NaN);
    return {
      subject: 'glosses',
      title: `Documents: ${whole(files)} Markdown files of ${SECTIONS} sections, all-MiniLM-L6-v2`,
      method:
        'Each section is an explanation of WordNet. The folder is ingested into a collection on disk with an index of words; the model is loaded before. The second time nothing has changed, the third time one section of one file.',
      rows: rows.map((row) => ({ files, ...row })),
      tables: [
        tableOf('Ingesting a folder', rows, [
          { head: 'turn', align: 'l', cell: ({ turn }) => turn },
          { head: 'seconds', cell: ({ seconds }) => rounded(seconds) },
          { head: 'processor seconds', cell: ({ cpuSeconds }) => rounded(cpuSeconds) },
          { head: 'files a second', cell: ({ seconds }) => rounded(files / seconds) },
          { head: 'passages embedded', cell: ({ stored }) => whole(stored) },
        ]),
      ],
      plots: [],
      goals: [
        {
          promise: 'what has not changed is not embedded',
          found: `${whole(again?.stored ?? -1)} again, ${whole(changed?.stored ?? -1)} of the changed file`,
          kept: again?.stored === 0 && changed?.stored === 1,
        },
        {
          promise: `with nothing changed ${AGAIN_MIN} times as fast`,
          found: `${rounded(times)} times`,
          kept: times >= AGAIN_MIN,
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeFiles(folder: string, texts: readonly string[], files: number): void {
  for (let file = 0; file < files; file++) {
    const own = texts.slice(file * SECTIONS, (file + 1) * SECTIONS);
    writeFileSync(fileOf(folder, file), own.map((text, i) => `# Section ${i + 1}\n\n${text}\n`).join('\n'));
  }
}

function fileOf(folder: string, file: number): string {
  return join(folder, `${file}.md`);
}

async function ingestInTurns(folder: string, progress: Progress): Promise<TurnRow[]> {
  const library = mkdtempSync(join(tmpdir(), 'vecino-library-'));
  await using embedding = minilm();
  try {
    await embedding.embed(['the first text loads the model']);
    await using database = await open(library);
    const collection = await database.collection('documents', { embedding, fullText: true });
    const take = async (turn: Turn): Promise<TurnRow> => {
      progress(turn);
      const watch = new Stopwatch();
      watch.start();
      const { records, sources } = await ingest(collection, folder, { embedding });
      watch.stop();
      const { seconds, cpuSeconds } = watch;
      return { turn, seconds, cpuSeconds, stored: records.stored, unchanged: sources.unchanged };
    };
    const first = await take('first');
    const again = await take('again');
    writeFileSync(fileOf(folder, 0), '# Another section\n\nWords that were not there before.\n');
    return [first, again, await take('one file changed')];
  } finally {
    rmSync(library, { recursive: true, force: true });
  }
}
