/**
 * Queries a second against recall: one line an engine, up and to the right is better. Exact engines are dots at
 * the right edge.
 *
 * Speed is on a logarithmic axis. So is recall, by its distance from 1 ("nines"): between .99 and .999 lie
 * as many right answers as between .9 and .99 in proportion to what is still missed, and on a plain axis the
 * part that matters would be a vertical wall at the right edge.
 */

import { nines } from 'vecino/measure';
import type { EntrantName } from '../entrant.ts';
import { NO_EFFORT } from '../knob.ts';
import { describeEffort } from './efforts.ts';
import { whole } from './numbers.ts';
import type { Report, SearchFigures } from './report.ts';
import { commonStyle, styleOf } from './style.ts';

const WIDTH = 800;
const HEIGHT = 560;
const PLOT = { left: 70, right: WIDTH - 190, top: 64, bottom: HEIGHT - 58 } as const;
const RECALL_TICKS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999] as const;
/** Recall 1 is infinitely far away on this axis, so approximate searches that reach it are drawn here, */
const RECALL_DRAWN_MAX = 0.9995;
/** and exact ones so many nines beyond all others. */
const EXACT_BEYOND = 0.3;

type Scale = (value: number) => number;

/** Figures with their place on the axis of recall, in nines. */
interface Point extends SearchFigures {
  readonly at: number;
}

export function toSvg(report: Report): string {
  const curve = report.curve.map((figures): Point => {
    return { ...figures, at: nines(Math.min(figures.recall, RECALL_DRAWN_MAX)) };
  });
  const recalls = curve.map(({ recall }) => Math.min(recall, RECALL_DRAWN_MAX));
  const shown = ticksAround(Math.min(...recalls), Math.max(...recalls));
  const exactAt = nines(Math.max(...recalls, ...shown)) + EXACT_BEYOND;
  const points = [...curve, ...exactPoints(report, exactAt)];
  const peers = [...new Set(points.map(({ peer }) => peer))];
  const ends = [nines(shown[0] ?? 0), ...points.map(({ at }) => at), ...shown.map(nines)];
  const x = scale(Math.min(...ends), Math.max(...ends), PLOT.left, PLOT.right);
  const speeds = points.map(({ qps }) => Math.log10(qps));
  const [low, high] = [Math.min(...speeds) - 0.05, Math.max(...speeds) + 0.05];
  const y = scale(low, high, PLOT.bottom, PLOT.top);
  const { dataset, settings } = report;

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Queries a second against recall">
${styleSheet(peers)}
<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="6"/>
<text class="title" x="24" y="30">${dataset.name}: ${whole(dataset.size)} × ${dataset.dimension}, ${dataset.metric}</text>
<text class="note" x="24" y="49">queries a second, one at a time, k = ${settings.k}; up and to the right is better</text>
${recallAxis(
  [
    ...shown.map((recall) => ({ at: nines(recall), words: String(recall).slice(1) })),
    ...(points.length > curve.length ? [{ at: exactAt, words: 'exact' }] : []),
  ],
  x,
  settings.k,
)}
${speedAxis(10 ** low, 10 ** high, (qps) => y(Math.log10(qps)))}
${lines(report, points, peers, x, (qps) => y(Math.log10(qps)))}
</svg>
`;
}

/** Exact search, one query at a time as all the others. */
function exactPoints({ exact }: Report, at: number): Point[] {
  return exact
    .filter(({ batch }) => batch === 1)
    .map(({ peer, recall, qps, qpsOfCpu, p50Ms }) => {
      return { peer, ...NO_EFFORT, recall, qps, qpsOfCpu, p50Ms, p99Ms: p50Ms, at };
    });
}

function scale(fromMin: number, fromMax: number, toMin: number, toMax: number): Scale {
  const factor = (toMax - toMin) / Math.max(fromMax - fromMin, 1e-9);
  return (value) => toMin + (value - fromMin) * factor;
}

function styleSheet(peers: readonly EntrantName[]): string {
  return `<style>
${commonStyle(peers)}
.line{fill:none;stroke-width:2.25;stroke-linejoin:round}.dot{stroke:none}.name{stroke:none}
</style>`;
}

/** The ticks from the last one below the lowest recall to the first one above the highest. */
function ticksAround(recallMin: number, recallMax: number): number[] {
  const from = RECALL_TICKS.findLastIndex((tick) => tick <= recallMin);
  const to = RECALL_TICKS.findIndex((tick) => tick >= recallMax);
  return RECALL_TICKS.slice(Math.max(from, 0), to < 0 ? undefined : to + 1);
}

interface Tick {
  readonly at: number;
  readonly words: string;
}

function recallAxis(shown: readonly Tick[], x: Scale, k: number): string {
  const ticks = shown.map(({ at, words }) => {
    const place = x(at).toFixed(1);
    return `<path class="grid" d="M${place} ${PLOT.top}V${PLOT.bottom}"/><text class="tick" x="${place}" y="${PLOT.bottom + 19}" text-anchor="middle">${words}</text>`;
  });
  const middle = (PLOT.left + PLOT.right) / 2;
  return `${ticks.join('\n')}\n<text class="note" x="${middle}" y="${PLOT.bottom + 42}" text-anchor="middle">recall@${k}</text>`;
}

function speedAxis(qpsMin: number, qpsMax: number, y: Scale): string {
  const ticks: string[] = [];
  // A narrow range would otherwise have one or two ticks only.
  const steps = qpsMax / qpsMin < 12 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : [1, 2, 5];
  for (let decade = 1; decade <= qpsMax; decade *= 10) {
    for (const step of steps) {
      const qps = decade * step;
      if (qps < qpsMin || qps > qpsMax) continue;
      const at = y(qps).toFixed(1);
      ticks.push(
        `<path class="grid" d="M${PLOT.left} ${at}H${PLOT.right}"/><text class="tick" x="${PLOT.left - 9}" y="${at}" dy="4" text-anchor="end">${whole(qps)}</text>`,
      );
    }
  }
  return ticks.join('\n');
}

function lines(
  report: Report,
  points: readonly Point[],
  peers: readonly EntrantName[],
  x: Scale,
  y: Scale,
): string {
  const drawn = peers.map((peer) => {
    const own = points.filter((point) => point.peer === peer).sort((a, b) => a.at - b.at);
    return { peer, own, endY: y(own.at(-1)?.qps ?? 1) };
  });
  drawn.sort((a, b) => a.endY - b.endY);
  const nameYs = apart(drawn.map(({ endY }) => endY));
  return drawn
    .map(({ peer, own }, i) => {
      const places = own.map(({ at, qps }) => `${x(at).toFixed(1)} ${y(qps).toFixed(1)}`);
      const dots = own.map(
        (point) =>
          `<circle class="dot ${peer}" cx="${x(point.at).toFixed(1)}" cy="${y(point.qps).toFixed(1)}" r="3"><title>${peer}, ${describeEffort(report, point)}: recall ${point.recall.toFixed(4)}, ${whole(point.qps)} queries a second</title></circle>`,
      );
      const line = `class="line ${peer}" stroke-dasharray="${styleOf(peer).dash}"`;
      const nameY = nameYs[i]?.toFixed(1);
      const nameX = PLOT.right + 14;
      return `<path ${line} d="M${places.join('L')}"/>
${dots.join('')}
<path ${line} d="M${nameX} ${nameY}h22"/><text class="name ${peer}" x="${nameX + 28}" y="${nameY}" dy="4">${peer}</text>`;
    })
    .join('\n');
}

const NAME_HEIGHT = 17;

/** Places for names beside the ends of their lines: pushed down where they would overlap, and up at the bottom. */
function apart(rising: readonly number[]): number[] {
  const places: number[] = [];
  for (const y of rising) places.push(Math.max(y, (places.at(-1) ?? Number.NEGATIVE_INFINITY) + NAME_HEIGHT));
  let lowest: number = PLOT.bottom;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i] ?? lowest, lowest);
    lowest = (places[i] ?? lowest) - NAME_HEIGHT;
  }
  return places;
}
