import type { Advice, AdviceConfiguration, AdviceSample } from '../../api/advice.ts';
import { escaped, type Frame, logarithmic, place, ticksBetween } from './axis.ts';
import { rough } from './words.ts';

const ROW = 26;
const FRAME: Omit<Frame, 'height' | 'bottom'> = { width: 510, left: 150, right: 490, top: 12 };

interface Row {
  readonly configuration: AdviceConfiguration;
  readonly sample: AdviceSample;
}

/** How long searches took at the target, a row for each configuration: from the 5th to the 95th in a hundred, the middle one, and the 99th. */
export function latencyChart(advice: Advice): string {
  const rows = advice.configurations
    .flatMap((configuration): Row[] => {
      const sample = configuration.samples.at(-1);
      return sample?.atTarget && sample.latencies.length > 0 ? [{ configuration, sample }] : [];
    })
    .sort((a, b) => msOf(a.sample, 0.5) - msOf(b.sample, 0.5));
  const bottom = FRAME.top + ROW * rows.length;
  const low = Math.min(...rows.map(({ sample }) => msOf(sample, 0.05))) / 1.1;
  const high = Math.max(...rows.map(({ sample }) => msOf(sample, 0.99))) * 1.15;
  const x = logarithmic(low, high, FRAME.left, FRAME.right);
  const ticks = ticksBetween(low, high).map((ms) => {
    const at = place(x(ms));
    return `<path class="grid" d="M${at} ${FRAME.top}V${bottom}"/><text class="tick" x="${at}" y="${bottom + 17}" text-anchor="middle">${rough(ms)}</text>`;
  });
  return `<svg viewBox="0 0 ${FRAME.width} ${bottom + 48}" role="img" aria-label="Milliseconds of a search at the recall wanted">
${ticks.join('')}
${rows.map((row, i) => drawn(row, FRAME.top + ROW * (i + 0.5), x, advice.recommendation.name)).join('\n')}
<text class="axis" x="${(FRAME.left + FRAME.right) / 2}" y="${bottom + 40}" text-anchor="middle">milliseconds of a search</text>
</svg>`;
}

function drawn({ configuration, sample }: Row, y: number, x: (ms: number) => number, best: string): string {
  const { name, family } = configuration;
  const at = (share: number) => place(x(msOf(sample, share)));
  const [fifth, middle, most, last] = [0.05, 0.5, 0.95, 0.99].map((share) => rough(msOf(sample, share)));
  const words = `${name}: half below ${middle} ms, nine in ten from ${fifth} to ${most} ms, one in a hundred above ${last} ms`;
  const chosen = name === best ? ' chosen-name' : '';
  return `<g><title>${escaped(words)}</title><text class="name ${family}${chosen}" x="${FRAME.left - 10}" y="${y}" dy="4" text-anchor="end">${escaped(name.replace('efConstruction', 'efC'))}</text><path class="bar ${family}" stroke-width="9" stroke-opacity=".35" d="M${at(0.05)} ${y}H${at(0.95)}"/><path class="bar ${family}" stroke-width="2.5" d="M${at(0.5)} ${y - 7}V${y + 7}"/><circle class="dot ${family}" cx="${at(0.99)}" cy="${y}" r="3"/></g>`;
}

function msOf({ latencies }: AdviceSample, share: number): number {
  return latencies.find((one) => one.share === share)?.ms ?? 0;
}
