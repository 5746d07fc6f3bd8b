import type { Advice, AdviceVerification, Estimate, Verified } from '../../api/advice.ts';
import { escaped } from './axis.ts';
import { latencyChart } from './latency-chart.ts';
import { memoryChart } from './memory-chart.ts';
import { quickReference } from './quick-reference.ts';
import { largestSize, recallChart } from './recall-chart.ts';
import { STYLE } from './style.ts';
import { bytesText, rough, secondsText, whole } from './words.ts';

/**
 * The advice as one page of HTML that needs nothing else: no scripts, nothing from elsewhere, light and dark by the reader's
 * preference.
 */
export function adviceReport(advice: Advice, verification?: AdviceVerification): string {
  const { subject, records, dimension, metric, at, wanted } = advice;
  const size = whole(largestSize(advice));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Which index for ${escaped(subject)}</title>
<style>${STYLE}</style></head>
<body><main>
<h1>Which index for ${escaped(subject)}</h1>
<p class="soft">${whole(records)} vectors of ${dimension} dimensions, ${metric} · recall@${wanted.k} of ${wanted.recall} wanted${bounds(advice)} · ${escaped(at.slice(0, 10))}</p>
${recommended(advice)}
${verification ? verified(verification) : ''}
${advice.warnings.map(({ message }) => `<p class="warning" role="note">${escaped(message)}</p>`).join('\n')}
<h2>Speed against recall</h2>
<figure class="card"><figcaption>With ${size} records, searches one after another on one thread. Up and to the right is better; the broad band is the Pareto front: what no other beats in both.</figcaption>${recallChart(advice)}</figure>
<div class="two">
<section><h2>Memory against recall</h2><figure class="card"><figcaption>Each recall that was seen; the larger the dot, the faster.</figcaption>${memoryChart(advice)}</figure></section>
<section><h2>Latency at the target</h2><figure class="card"><figcaption>Nine in ten searches within the bar; stroke: the middle one; dot: the 99th of a hundred.</figcaption>${latencyChart(advice)}</figure></section>
</div>
<h2>Quick reference</h2>
<div class="card">${quickReference(advice)}</div>
<h2>The data</h2>
<div class="card">${character(advice)}</div>
<h2>How this was measured</h2>
<p>${method(advice)}</p>
</main></body></html>
`;
}

function recommended({ recommendation, runnerUp, wouldChange }: Advice): string {
  const { name, index, forecast, recall, reason } = recommendation;
  const tiles = [
    [rough(forecast.qps.value), 'searches a second'],
    [recall.value.toFixed(3), 'recall'],
    [`${rough(forecast.p99Ms.value)} ms`, '99 in 100 searches'],
    [bytesText(forecast.memoryBytes.value), 'memory'],
    [secondsText(forecast.buildSeconds.value), 'to build'],
  ].map(([figure, label]) => `<div class="tile"><b>${figure}</b><span>${label}</span></div>`);
  const changes = wouldChange.map((sentence) => `<li>${escaped(sentence)}</li>`).join('');
  return `<section class="card best" aria-label="Recommendation"><span class="label">Take</span><h2>${escaped(name)}</h2>
<p><code>${escaped(JSON.stringify(index))}</code></p>
<p>${escaped(reason)}</p>
<div class="tiles">${tiles.join('')}</div>
<p class="soft">Foretold for ${whole(forecast.records)} records: ${rangeText(forecast.qps)} searches a second, recall ${recall.low.toFixed(3)} to ${recall.high.toFixed(3)} of queries that were not asked here.</p>
${runnerUp ? `<p><span class="label">Next</span><br>${escaped(runnerUp.reason)}</p>` : ''}
${changes === '' ? '' : `<p style="margin-bottom:0"><span class="label">What would change this</span></p><ul>${changes}</ul>`}</section>`;
}

function verified({ name, records, qps, p99Ms, memoryBytes, diskBytes, recall }: AdviceVerification): string {
  const row = (what: string, { forecast, measured, ratio }: Verified, text: (value: number) => string) =>
    `<tr><th scope="row">${what}</th><td>${text(forecast)}</td><td>${text(measured)}</td><td>${signed(ratio - 1)}</td></tr>`;
  return `<section class="card" aria-label="Verification"><span class="label">Afterwards, with all ${whole(records)} records</span>
<table><thead><tr><th scope="col">${escaped(name)}</th><th scope="col">foretold</th><th scope="col">measured</th><th scope="col">off by</th></tr></thead><tbody>
${row('searches a second', qps, rough)}
${row('99 in 100 searches', p99Ms, (ms) => `${rough(ms)} ms`)}
${row('memory', memoryBytes, bytesText)}
${diskBytes ? row('disk', diskBytes, bytesText) : ''}
<tr><th scope="row">recall</th><td>${recall.forecast.toFixed(3)}</td><td>${recall.measured.toFixed(3)}<span class="range">${recall.low.toFixed(3)} to ${recall.high.toFixed(3)}</span></td><td>${(recall.measured - recall.forecast).toFixed(3)}</td></tr>
</tbody></table></section>`;
}

function signed(ratio: number): string {
  return `${ratio > 0 ? '+' : ''}${(100 * ratio).toFixed(0)} %`;
}

function rangeText({ low, high }: Estimate): string {
  return `${rough(low)} to ${rough(high)}`;
}

function bounds({ wanted }: Advice): string {
  const words = [
    wanted.memoryBytes === undefined ? '' : `at most ${bytesText(wanted.memoryBytes)} of memory`,
    wanted.updatesPerSecond === 0 ? '' : `${rough(wanted.updatesPerSecond)} updates a second`,
    wanted.isFiltered ? `under a filter that lets ${(100 * wanted.selectivity).toFixed(0)} % pass` : '',
  ].filter((word) => word !== '');
  return words.map((word) => `, ${word}`).join('');
}

function character({ data, dimension }: Advice): string {
  const { norms } = data;
  const pairs = [
    [
      'Intrinsic dimension',
      data.intrinsicDimension === undefined
        ? 'unknown: distances do not differ'
        : `${data.intrinsicDimension.toFixed(1)} of ${dimension}: the directions that vectors spread into around a point; the fewer, the easier is the search`,
    ],
    [
      'Hubness',
      `${data.hubness.toFixed(2)}: the skewness of how often a record is a neighbour; above 2 a few are neighbours of everything`,
    ],
    ['Contrast', `the nearest record is ${(100 * data.contrast).toFixed(0)} % as far away as one of chance`],
    [
      'Duplicates',
      `${(100 * data.duplicates).toFixed(1)} % of the records have the very vector of another one`,
    ],
    ['Lengths', `${rough(norms.min)} to ${rough(norms.max)}, half of them below ${rough(norms.median)}`],
    ['Constant dimensions', String(data.constantDimensions)],
  ];
  return `<dl>${pairs.map(([name, words]) => `<dt>${name}</dt><dd>${words}</dd>`).join('')}</dl><p class="soft">Seen on ${whole(data.records)} records.</p>`;
}

function method({ queries, threads, seconds, wanted }: Advice): string {
  const asked = {
    given: `${whole(queries.count)} queries that were given`,
    recorded: `${whole(queries.count)} queries that were recorded`,
    'held-out': `${whole(queries.count)} records that were held out; real queries may be harder than records`,
  }[queries.source];
  return `In ${secondsText(seconds)} of ${secondsText(wanted.budgetSeconds)}, built on ${threads} ${threads === 1 ? 'thread' : 'threads'}, asked with ${asked}. Recall is measured against exact search of the same sample, with intervals of 95 %. Times are taken to grow as a power of the number of records, through the sizes that were measured; the ranges are as wide as they are uncertain, and say nothing of other machines.`;
}
