/** What an index costs: processor time of building and memory, a bar an engine, shorter is better. */
import { megabytes, rounded, whole } from './numbers.ts';
import type { Report, StoreRow } from './report.ts';
import { commonStyle } from './style.ts';

const WIDTH = 800;
const BAR = { left: 170, right: WIDTH - 110, height: 18, pitch: 26 } as const;

interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

interface Bar {
  readonly peer: StoreRow['peer'];
  readonly value: number;
  readonly label: string;
}

export function toCostSvg({ dataset, stores }: Report): string {
  const panels: Panel[] = [
    {
      title: 'processor time of building',
      bars: stores
        .filter(({ builtBy }) => builtBy === undefined)
        .map(({ peer, cpuSeconds }) => ({ peer, value: cpuSeconds, label: `${rounded(cpuSeconds)} s` })),
    },
    {
      title: 'resident memory of an opened and searched index',
      bars: stores.map(({ peer, residentBytes }) => ({
        peer,
        value: residentBytes,
        label: megabytes(residentBytes),
      })),
    },
  ];
  let top = 70;
  const drawn = panels.map((panel) => {
    const svg = drawPanel(panel, top);
    top += 40 + panel.bars.length * BAR.pitch;
    return svg;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" role="img" aria-label="Building and memory">
<style>
${commonStyle(stores.map(({ peer }) => peer))}
</style>
<rect class="ground" width="${WIDTH}" height="${top}" rx="6"/>
<text class="title" x="24" y="30">${dataset.name}: ${whole(dataset.size)} × ${dataset.dimension}, ${dataset.metric}</text>
<text class="note" x="24" y="49">what an index costs; shorter is better</text>
${drawn.join('\n')}
</svg>
`;
}

function drawPanel({ title, bars }: Panel, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const lines = bars.map(({ peer, value, label }, i) => {
    const y = top + 22 + i * BAR.pitch;
    const width = (Math.max(0, value) / longest) * (BAR.right - BAR.left);
    const middle = y + BAR.height / 2;
    return `<text class="tick" x="${BAR.left - 10}" y="${middle}" dy="4" text-anchor="end">${peer}</text><rect class="${peer}" x="${BAR.left}" y="${y}" width="${width.toFixed(1)}" height="${BAR.height}" rx="2"/><text class="note" x="${(BAR.left + width + 8).toFixed(1)}" y="${middle}" dy="4">${label}</text>`;
  });
  return [`<text class="tick" x="24" y="${top + 8}">${title}</text>`, ...lines].join('\n');
}
