import type { Advice, AdviceConfiguration, Forecast } from '../../api/advice.ts';
import { nines } from '../../measure/equal-recall.ts';
import { apart, escaped, type Frame, linear, logarithmic, place, ticksBetween } from './axis.ts';
import { bytesText, whole } from './words.ts';

const FRAME: Frame = { width: 510, height: 400, left: 50, right: 490, top: 40, bottom: 346 };
const RECALLS = [0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999] as const;
const DRAWN_MAX = 0.9995;
const LOWEST = 0.4;
/** Radius of the fastest point; areas are as speeds. */
const RADIUS_MAX = 9;

interface Column {
  readonly configuration: AdviceConfiguration;
  readonly forecast: Forecast;
}

/** Memory against recall: for each configuration what it takes with all records, and every recall that was seen, as large a dot as it was fast. */
export function memoryChart(advice: Advice): string {
  const columns = advice.configurations.flatMap((configuration): Column[] =>
    configuration.forecast ? [{ configuration, forecast: configuration.forecast }] : [],
  );
  const sizes = columns.map(({ forecast }) => forecast.memoryBytes.value);
  const [low, high] = [Math.min(...sizes) / 1.15, Math.max(...sizes) * 1.15];
  const x = logarithmic(low, high, FRAME.left, FRAME.right);
  const scale = linear(nines(LOWEST), nines(DRAWN_MAX), FRAME.bottom, FRAME.top);
  const y = (recall: number) => scale(nines(Math.min(DRAWN_MAX, Math.max(LOWEST, recall))));
  const fastest = Math.max(
    ...columns.flatMap(
      ({ configuration }) => configuration.samples.at(-1)?.points.map(({ qps }) => qps) ?? [],
    ),
  );
  const horizontal = RECALLS.map((recall) => {
    const at = place(y(recall));
    return `<path class="grid" d="M${FRAME.left} ${at}H${FRAME.right}"/><text class="tick" x="${FRAME.left - 7}" y="${at}" dy="4" text-anchor="end">${recall}</text>`;
  });
  const vertical = ticksBetween(low, high).map((bytes) => {
    const at = place(x(bytes));
    return `<path class="grid" d="M${at} ${FRAME.top}V${FRAME.bottom}"/><text class="tick" x="${at}" y="${FRAME.bottom + 18}" text-anchor="middle">${bytesText(bytes)}</text>`;
  });
  const bound = advice.wanted.memoryBytes;
  const limit =
    bound !== undefined && bound > low && bound < high
      ? `<path class="goal" d="M${place(x(bound))} ${FRAME.top}V${FRAME.bottom}"/>`
      : '';
  return `<svg viewBox="0 0 ${FRAME.width} ${FRAME.height}" role="img" aria-label="Memory with ${whole(advice.fullRecords)} records against recall">
${[...horizontal, ...vertical].join('')}${limit}
${columns.map((column) => dots(column, x, y, fastest)).join('\n')}
${names(advice, columns, x)}
<text class="axis" x="${(FRAME.left + FRAME.right) / 2}" y="${FRAME.bottom + 42}" text-anchor="middle">memory with ${whole(advice.fullRecords)} records</text>
</svg>`;
}

function dots(
  { configuration, forecast }: Column,
  x: (bytes: number) => number,
  y: (recall: number) => number,
  fastest: number,
): string {
  const { name, family, samples } = configuration;
  const at = place(x(forecast.memoryBytes.value));
  return (samples.at(-1)?.points ?? [])
    .filter(({ recall }) => recall >= LOWEST)
    .map(({ recall, qps }) => {
      const radius = Math.max(1.2, RADIUS_MAX * Math.sqrt(qps / fastest));
      const words = `${name}: ${bytesText(forecast.memoryBytes.value)}, recall ${recall.toFixed(3)}, ${whole(qps)} searches a second`;
      return `<circle class="dot ${family}" fill-opacity=".55" cx="${at}" cy="${place(y(recall))}" r="${place(radius)}"><title>${escaped(words)}</title></circle>`;
    })
    .join('');
}

/** One name a family, above the place of its first configuration: the dots tell theirs. */
function names(advice: Advice, columns: readonly Column[], x: (bytes: number) => number): string {
  const best = columns.find(({ configuration }) => configuration.name === advice.recommendation.name);
  const families = Map.groupBy(columns, ({ configuration }) => configuration.family);
  const labelled = [...families.values()].flatMap(([first]) => (first ? [first] : []));
  const shown = labelled.map((column) =>
    best && column.configuration.family === best.configuration.family ? best : column,
  );
  const xs = apart(
    shown.map(({ forecast }) => x(forecast.memoryBytes.value)),
    52,
    FRAME.right,
  );
  return shown
    .map(({ configuration: { family } }, i) => {
      const chosen = family === best?.configuration.family ? ' chosen-name' : '';
      return `<text class="name ${family}${chosen}" x="${place(xs[i] ?? 0)}" y="${FRAME.top - 16}" text-anchor="middle">${family}</text>`;
    })
    .join('');
}
