import type { Advice, AdviceConfiguration, AdvicePoint } from '../../api/advice.ts';
import { nines } from '../../measure/equal-recall.ts';
import { paretoFront } from '../../measure/pareto-front.ts';
import { apart, escaped, type Frame, linear, logarithmic, place, type Scale, ticksBetween } from './axis.ts';
import { whole } from './words.ts';

const FRAME: Frame = { width: 1030, height: 520, left: 64, right: 830, top: 16, bottom: 466 };
const RECALLS = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999] as const;
/** Recall 1 is infinitely far away on an axis of nines: what reaches it is drawn at its end. */
const DRAWN_MAX = 0.9995;
const BEYOND = 0.25;
const LABEL_HEIGHT = 17;

interface Curve {
  readonly configuration: AdviceConfiguration;
  readonly points: readonly AdvicePoint[];
}

/**
 * Searches a second against recall at the largest size, a line for each configuration, with what no other beats
 * in both behind them. Both axes are logarithmic, that of recall in what is missed: between .99 and .999 lie as many right
 * answers as between .9 and .99 in proportion to those.
 */
export function recallChart(advice: Advice): string {
  const size = largestSize(advice);
  const curves = advice.configurations.flatMap((configuration): Curve[] => {
    const sample = configuration.samples.find(({ records }) => records === size);
    return sample && sample.points.length > 0 ? [{ configuration, points: sample.points }] : [];
  });
  const all = curves.flatMap(({ points }) => points);
  const lowest = Math.max(0.3, Math.min(...all.map(({ recall }) => recall)));
  const highest = Math.max(...all.map(({ recall }) => recall).filter((recall) => recall <= DRAWN_MAX), 0.99);
  // What is exact is drawn a little beyond all that is not.
  const end = Math.min(nines(DRAWN_MAX), nines(highest) + BEYOND);
  const x = linear(nines(lowest), end, FRAME.left + 8, FRAME.right - 8);
  const at = (recall: number) => x(Math.min(end, nines(Math.max(lowest, recall))));
  const speeds = all.map(({ qps }) => qps);
  const y = logarithmic(Math.min(...speeds) / 1.1, Math.max(...speeds) * 1.1, FRAME.bottom, FRAME.top);
  const front = paretoFront(all).map(({ recall, qps }) => `${place(at(recall))} ${place(y(qps))}`);
  const goal = place(at(advice.wanted.recall));
  return `<svg viewBox="0 0 ${FRAME.width} ${FRAME.height}" role="img" aria-label="Searches a second against recall at ${whole(size)} records">
${grid(advice, [lowest, highest], at, y, speeds)}
<path class="goal" d="M${goal} ${FRAME.top}V${FRAME.bottom}"/><text class="tick" x="${goal}" y="${FRAME.top - 3}" text-anchor="middle">wanted</text>
<path class="front" d="M${front.join('L')}"/>
${curves.map((curve) => drawn(curve, at, y)).join('\n')}
${labels(advice, curves, at, y)}
</svg>`;
}

/** The largest number of records that anything was measured with. */
export function largestSize({ configurations }: Advice): number {
  return Math.max(...configurations.flatMap(({ samples }) => samples.map(({ records }) => records)));
}

function grid(
  { wanted }: Advice,
  [lowest, highest]: readonly [number, number],
  at: Scale,
  y: Scale,
  speeds: readonly number[],
): string {
  const vertical = RECALLS.filter((recall) => recall >= lowest && recall <= highest).map((recall) => {
    const x = place(at(recall));
    return `<path class="grid" d="M${x} ${FRAME.top}V${FRAME.bottom}"/><text class="tick" x="${x}" y="${FRAME.bottom + 18}" text-anchor="middle">${recall}</text>`;
  });
  const horizontal = ticksBetween(Math.min(...speeds) / 1.1, Math.max(...speeds) * 1.1).map((qps) => {
    const at = place(y(qps));
    return `<path class="grid" d="M${FRAME.left} ${at}H${FRAME.right}"/><text class="tick" x="${FRAME.left - 8}" y="${at}" dy="4" text-anchor="end">${whole(qps)}</text>`;
  });
  const middle = (FRAME.left + FRAME.right) / 2;
  return `${[...vertical, ...horizontal].join('')}<text class="axis" x="${middle}" y="${FRAME.bottom + 42}" text-anchor="middle">recall@${wanted.k}</text>`;
}

function drawn(
  { configuration: { family, name, effortOption }, points }: Curve,
  at: Scale,
  y: Scale,
): string {
  const places = points.map(({ recall, qps }) => `${place(at(recall))} ${place(y(qps))}`);
  const dots = points.map(({ recall, low, high, qps, effort }) => {
    const words = `${name}${effortOption === undefined ? '' : `, ${effortOption} ${effort}`}: recall ${recall.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), ${whole(qps)} searches a second`;
    return `<circle class="dot ${family}" cx="${place(at(recall))}" cy="${place(y(qps))}" r="3.2"><title>${escaped(words)}</title></circle>`;
  });
  return `<path class="line ${family}" d="M${places.join('L')}"/>${dots.join('')}`;
}

/** The names at the right, each led to the end of its line. */
function labels(advice: Advice, curves: readonly Curve[], at: Scale, y: Scale): string {
  const ends = curves.map(({ points }) => {
    const last = points.reduce((a, b) => (b.recall >= a.recall ? b : a));
    return { x: at(last.recall), y: y(last.qps) };
  });
  const ys = apart(
    ends.map((end) => end.y),
    LABEL_HEIGHT,
    FRAME.bottom,
  );
  return curves
    .map(({ configuration: { name, family } }, i) => {
      const end = ends[i] ?? { x: 0, y: 0 };
      const label = ys[i] ?? 0;
      const chosen = name === advice.recommendation.name ? ' chosen-name' : '';
      return `<path class="leader" d="M${place(end.x + 5)} ${place(end.y)}L${FRAME.right + 8} ${place(label)}"/><text class="name ${family}${chosen}" x="${FRAME.right + 12}" y="${place(label)}" dy="4">${escaped(name.replace('efConstruction', 'efC'))}</text>`;
    })
    .join('\n');
}
