import { type Command, InvalidArgumentError, Option } from 'commander';
import { integerFlag, namesIn } from '../flags.ts';
import { Interrupt } from '../interrupt.ts';
import { importOptional } from '../optional-package.ts';
import { Output, type OutputFlags } from '../output.ts';
import { OutputFile } from '../output-file.ts';
import { bytes } from '../text/units.ts';
import { defineCommand } from './command.ts';

interface BenchFlags extends OutputFlags {
  readonly peer?: readonly string[];
  readonly k?: number;
  readonly recall?: readonly number[];
  readonly metric?: string;
  readonly size?: number;
  readonly queries?: number;
  readonly budget?: number;
  readonly repetitions?: number;
  readonly seed?: number;
  readonly plot?: string;
}

/** What this command needs of `@vecino/bench`, which is no dependency of ours. */
interface Bench {
  readonly benchFiles: (files: readonly string[], options: object) => Promise<BenchResult>;
  readonly rowsOf: (report: Report) => object;
  readonly toText: (report: Report, agreement: number | undefined) => readonly string[];
  readonly toSvg: (report: Report) => string;
}

interface BenchResult {
  readonly report: Report;
  readonly agreement: number | undefined;
}

interface Report {
  readonly machine: object;
  readonly dataset: object;
  readonly settings: object;
  readonly unreached: readonly object[];
  readonly ratios: readonly object[];
  readonly curve: readonly object[];
  readonly absent: readonly object[];
}

const PACKAGE = '@vecino/bench';

export function addBench(program: Command): void {
  const command = defineCommand(
    program,
    'bench <file...>',
    'Measure Vecino and the engines that are installed on your own vectors, at equal recall. One HDF5 of ann-benchmarks, ' +
      'or the vectors, then queries, then their true neighbours.',
    [
      'vecino bench glove-100-angular.hdf5',
      'vecino bench sift_base.fvecs sift_query.fvecs sift_groundtruth.ivecs --metric l2 --recall 0.95',
      'vecino bench embeddings.npy --size 60000 --peer vecino-hnsw --peer usearch --plot speed.svg',
    ],
  );
  command.addOption(
    new Option('--peer <name>', 'An engine; may be given often. Default all that are installed.').argParser<
      readonly string[]
    >((name, before) => [...(before ?? []), name]),
  );
  command.addOption(integerFlag('k', 'Hits of each query.', 1, 100, 10));
  command.addOption(
    new Option(
      '--recall <list>',
      'Recalls at which speed is compared, with commas between. Default 0.9,0.95,0.99.',
    ).argParser(recallsIn),
  );
  command.addOption(
    new Option('--metric <choice>', 'Default what the file says, else cosine.').choices(['l2', 'cosine']),
  );
  command.addOption(integerFlag('size', 'Vectors at most. Default all.', 100, 100_000_000));
  command.addOption(integerFlag('queries', 'Queries at most.', 10, 100_000, 1_000));
  command.addOption(integerFlag('budget', 'Seconds that building all indexes may take.', 1, 1_000_000, 900));
  command.addOption(integerFlag('repetitions', 'Timings of each engine, in turns.', 1, 100, 3));
  command.addOption(integerFlag('seed', 'Of samples and levels.', 0, 2 ** 32 - 1, 42));
  command.option('--plot <file>', 'Write speed against recall as a picture (SVG).');
  command.action(benchEngines);
}

async function benchEngines(files: readonly string[], flags: BenchFlags): Promise<void> {
  const output = new Output(flags);
  using interrupt = new Interrupt(() => output.note('interrupted: no figures'));
  const bench = (await importOptional(PACKAGE, 'bench')) as unknown as Bench;
  const { peer: peers, recall: recalls, budget: budgetSeconds } = flags;
  const { k, metric, size, queries, repetitions, seed, plot } = flags;
  const { report, agreement } = await bench.benchFiles(files, {
    ...{ peers, recalls, budgetSeconds, k, metric, size, queries, repetitions, seed },
    signal: interrupt.signal,
    onProgress: (message: string) => output.note(message),
  });
  if (plot !== undefined) output.note(`${plot}: ${bytes(await writePlot(plot, bench.toSvg(report)))}`);
  if (!output.json) return output.lines(bench.toText(report, agreement));
  const { machine, dataset, settings, unreached, ratios, curve, absent } = report;
  const beside = { unreached, ratios, curve, absent };
  return output.document({ machine, dataset, settings, agreement, ...bench.rowsOf(report), ...beside });
}

async function writePlot(name: string, picture: string): Promise<number> {
  await using file = await OutputFile.create(name);
  await file.write(picture);
  return file.finish();
}

function recallsIn(text: string): number[] {
  const recalls = namesIn(text).map(Number);
  if (recalls.length > 0 && recalls.every((recall) => recall > 0 && recall < 1)) {
    return recalls.sort((a, b) => a - b);
  }
  throw new InvalidArgumentError('Expected numbers above 0 and below 1, with commas between.');
}
