/** Where a value lies on the picture. */
export type Scale = (value: number) => number;

/** The part of a picture that has data, in its units. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function linear(low: number, high: number, from: number, to: number): Scale {
  const factor = (to - from) / Math.max(high - low, 1e-12);
  return (value) => from + (value - low) * factor;
}

export function logarithmic(low: number, high: number, from: number, to: number): Scale {
  const scale = linear(Math.log(low), Math.log(high), from, to);
  return (value) => scale(Math.log(value));
}

/** 1, 2 and 5 times powers of ten between two values; more of them where that is little. */
export function ticksBetween(low: number, high: number): number[] {
  const steps = high / low < 12 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : high / low < 400 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(low)); decade <= high; decade *= 10) {
    for (const step of steps) {
      const tick = decade * step;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/** Places for labels of one line each that should be at these, pushed apart, in their order. */
export function apart(wanted: readonly number[], distance: number, most: number): number[] {
  const order = wanted.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at);
  for (const [place, one] of order.entries()) {
    const before = order[place - 1];
    if (before) one.at = Math.max(one.at, before.at + distance);
  }
  const over = (order.at(-1)?.at ?? 0) - most;
  if (over > 0) {
    for (const [place, one] of order.toReversed().entries()) {
      const after = order[order.length - place];
      one.at = Math.min(one.at, after ? after.at - distance : most);
    }
  }
  return order.sort((a, b) => a.i - b.i).map(({ at }) => at);
}

/** A coordinate of a picture: a tenth of a unit is enough. */
export function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Text as HTML has it. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
