/** Lines through measured points, as SVG: for figures that people would rather look at than read. */
import { rounded, whole } from '../../report/numbers.ts';

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'logarithmic';
  /** Values that the axis names; without them they are chosen. */
  readonly ticks?: readonly number[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LinePlot {
  readonly title: string;
  readonly note: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** A level that the lines should stay above or below, and what it is called. */
  readonly goal?: { readonly y: number; readonly name: string };
}

const WIDTH = 800;
const HEIGHT = 440;
const PLOT = { left: 74, right: WIDTH - 186, top: 64, bottom: HEIGHT - 58 } as const;
/** Room between the outermost points and the edge, as a share of the axis. */
const MARGIN = 0.04;

/** Colours that keep apart on white and on black, also for eyes that see few of them. */
const COLOURS = [
  { light: '#0b62c4', dark: '#62a8ff' },
  { light: '#c2410c', dark: '#ff9d5c' },
  { light: '#0f7b52', dark: '#5fd3a2' },
  { light: '#7a6a00', dark: '#d9c74a' },
  { light: '#8b2fa8', dark: '#d890f0' },
] as const;

/** A value's place on the picture. */
type Place = (value: number) => number;

export function toSvg(plot: LinePlot): string {
  const points = plot.series.flatMap((series) => series.points);
  const xs = points.map(([x]) => x);
  const ys = [...points.map(([, y]) => y), ...(plot.goal ? [plot.goal.y] : [])];
  const x = placeOn(plot.x, xs, PLOT.left, PLOT.right);
  const y = placeOn(plot.y, ys, PLOT.bottom, PLOT.top);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(plot.title)}">
${styleSheet(plot.series.length)}
<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="6"/>
<text class="title" x="24" y="30">${escaped(plot.title)}</text>
<text class="note" x="24" y="49">${escaped(plot.note)}</text>
${xAxis(plot.x, xs, x)}
${yAxis(plot.y, ys, y)}
${plot.goal ? goalLine(plot.goal, y) : ''}
${lines(plot, x, y)}
</svg>
`;
}

function placeOn({ scale }: Axis, values: readonly number[], start: number, end: number): Place {
  const measure = scale === 'logarithmic' ? Math.log10 : (value: number) => value;
  const low = measure(Math.min(...values));
  const span = Math.max(measure(Math.max(...values)) - low, 1e-9);
  const room = (end - start) * MARGIN;
  return (value) => start + room + ((measure(value) - low) / span) * (end - start - 2 * room);
}

/** Round values within the range: every 1, 2 and 5 of each decade, or steps of one of these. */
function ticksOf({ scale, ticks }: Axis, values: readonly number[]): readonly number[] {
  if (ticks) return ticks;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (scale === 'logarithmic') {
    const decades = Array.from({ length: 24 }, (_, i) => 10 ** (i - 12));
    return decades.flatMap((decade) => [decade, 2 * decade, 5 * decade]).filter(within(low, high));
  }
  const rough = Math.max(high - low, 1e-9) / 6;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * decade).find((size) => size >= rough) ?? rough;
  const first = Math.ceil(low / step);
  return Array.from({ length: 8 }, (_, i) => (first + i) * step).filter(within(low, high));
}

function within(low: number, high: number): (value: number) => boolean {
  return (value) => value >= low && value <= high;
}

function xAxis(axis: Axis, values: readonly number[], x: Place): string {
  const ticks = ticksOf(axis, values).map((tick) => {
    const at = x(tick).toFixed(1);
    return `<path class="grid" d="M${at} ${PLOT.top}V${PLOT.bottom}"/><text class="tick" x="${at}" y="${PLOT.bottom + 19}" text-anchor="middle">${nameOf(tick)}</text>`;
  });
  const middle = (PLOT.left + PLOT.right) / 2;
  return `${ticks.join('\n')}\n<text class="note" x="${middle}" y="${PLOT.bottom + 42}" text-anchor="middle">${escaped(axis.label)}</text>`;
}

function yAxis(axis: Axis, values: readonly number[], y: Place): string {
  const ticks = ticksOf(axis, values).map((tick) => {
    const at = y(tick).toFixed(1);
    return `<path class="grid" d="M${PLOT.left} ${at}H${PLOT.right}"/><text class="tick" x="${PLOT.left - 9}" y="${at}" dy="4" text-anchor="end">${nameOf(tick)}</text>`;
  });
  const middle = (PLOT.top + PLOT.bottom) / 2;
  return `${ticks.join('\n')}\n<text class="note" x="16" y="${middle}" text-anchor="middle" transform="rotate(-90 16 ${middle})">${escaped(axis.label)}</text>`;
}

function goalLine(goal: { readonly y: number; readonly name: string }, y: Place): string {
  const at = y(goal.y).toFixed(1);
  return `<path class="goal" d="M${PLOT.left} ${at}H${PLOT.right}"/><text class="note" x="${PLOT.left + 6}" y="${at}" dy="-5">${escaped(goal.name)}</text>`;
}

function lines({ series }: LinePlot, x: Place, y: Place): string {
  let nameAbove = Number.NEGATIVE_INFINITY;
  return series
    .map((line, i) => ({ ...line, colour: `c${i % COLOURS.length}`, endY: y(line.points.at(-1)?.[1] ?? 1) }))
    .sort((a, b) => a.endY - b.endY)
    .map(({ name, points, colour, endY }) => {
      const places = points.map((point) => `${x(point[0]).toFixed(1)} ${y(point[1]).toFixed(1)}`);
      const dots = points.map(
        (point) =>
          `<circle class="dot ${colour}" cx="${x(point[0]).toFixed(1)}" cy="${y(point[1]).toFixed(1)}" r="3"><title>${escaped(name)}: ${nameOf(point[0])}, ${nameOf(point[1])}</title></circle>`,
      );
      // Names stand at the right ends of their lines, pushed down where they would overlap.
      nameAbove = Math.max(endY, nameAbove + 17);
      return `<path class="line ${colour}" d="M${places.join('L')}"/>
${dots.join('')}
<text class="name ${colour}" x="${PLOT.right + 10}" y="${nameAbove.toFixed(1)}" dy="4">${escaped(name)}</text>`;
    })
    .join('\n');
}

function nameOf(value: number): string {
  return Number.isInteger(value) ? whole(value) : rounded(value).replace(/(\.\d*?)0+$/, '$1');
}

function styleSheet(series: number): string {
  const strokes = (theme: 'light' | 'dark') =>
    COLOURS.slice(0, series)
      .map((colour, i) => `.c${i}{stroke:${colour[theme]};fill:${colour[theme]}}`)
      .join('');
  return `<style>
text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;stroke:none}
.title{font-size:16px;font-weight:600}.name{font-size:13px;font-weight:600}
.ground{fill:#fff}.title,.tick{fill:#1f2328}.note{fill:#59636e}.grid{stroke:#d1d9e0;stroke-width:1}.goal{stroke:#59636e;stroke-width:1.5;stroke-dasharray:6 4}${strokes('light')}
@media (prefers-color-scheme:dark){.ground{fill:#0d1117}.title,.tick{fill:#e6edf3}.note{fill:#9198a1}.grid{stroke:#30363d}.goal{stroke:#9198a1}${strokes('dark')}}
.line{fill:none;stroke-width:2.25;stroke-linejoin:round}.dot{stroke:none}.name{stroke:none}
</style>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
