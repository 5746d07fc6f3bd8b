import type { Advice, AdviceConfiguration, Estimate } from '../../api/advice.ts';
import { escaped } from './axis.ts';
import { bytesText, rough, secondsText, whole } from './words.ts';

/** The table of speed, accuracy and memory, with the reader's own figures. */
export function quickReference(advice: Advice): string {
  const { configurations, fullRecords, wanted, recommendation } = advice;
  const sorted = configurations.toSorted(
    (a, b) => (b.forecast?.qps.value ?? 0) - (a.forecast?.qps.value ?? 0),
  );
  return `<div class="scroll"><table>
<caption class="soft" style="text-align:left">Foretold for ${whole(fullRecords)} records at recall@${wanted.k} ${wanted.recall}; small print: where 95 % lie.</caption>
<thead><tr><th scope="col">index</th><th scope="col">searches/s</th><th scope="col">p50 ms</th><th scope="col">p99 ms</th><th scope="col">most recall seen</th><th scope="col">memory</th><th scope="col">disk</th><th scope="col">build</th><th scope="col">updates/s</th><th scope="col">seen with</th></tr></thead>
<tbody>
${sorted.map((one) => row(one, one.name === recommendation.name)).join('\n')}
</tbody></table></div>${notes(sorted)}`;
}

function row({ name, family, forecast, samples }: AdviceConfiguration, isChosen: boolean): string {
  const last = samples.at(-1);
  const recalls = samples.flatMap(({ points }) => points.map(({ recall }) => recall));
  const cells = forecast
    ? [
        ranged(forecast.qps, rough),
        ranged(forecast.p50Ms, rough),
        ranged(forecast.p99Ms, rough),
        Math.max(...recalls).toFixed(3),
        ranged(forecast.memoryBytes, bytesText),
        ranged(forecast.diskBytes, bytesText),
        ranged(forecast.buildSeconds, secondsText),
      ]
    : ['', '', '', recalls.length === 0 ? '' : Math.max(...recalls).toFixed(3), '', '', ''];
  const rest = [
    last?.updatesPerSecond === undefined ? '' : rough(last.updatesPerSecond),
    samples.map(({ records }) => whole(records)).join(', '),
  ];
  const numbers = [...cells, ...rest].map((cell) => `<td>${cell}</td>`).join('');
  return `<tr${isChosen ? ' class="chosen"' : ''}><th scope="row"><span class="swatch ${family}"></span>${escaped(name)}</th>${numbers}</tr>`;
}

/** Why some cannot be chosen, or were not seen at both sizes. */
function notes(configurations: readonly AdviceConfiguration[]): string {
  const items = configurations.flatMap(({ name, samples, misses, dropped }) => {
    const words = samples.length > 0 && misses.length > 0 ? misses.join('; ') : dropped;
    return words === undefined ? [] : [`<li><b>${escaped(name)}</b>: ${escaped(words)}</li>`];
  });
  return items.length === 0 ? '' : `<ul class="soft notes">${items.join('')}</ul>`;
}

function ranged({ value, low, high }: Estimate, text: (value: number) => string): string {
  const [shown, from, to] = [text(value), text(low), text(high)];
  return from === to ? shown : `${shown}<span class="range">${from} to ${to}</span>`;
}
