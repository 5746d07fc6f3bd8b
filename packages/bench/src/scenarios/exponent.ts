import { mean } from 'vecino/measure';

/** The exponent b of y = a x^b through the points: the slope of log y over log x, by least squares. */
export function exponentOf(points: readonly (readonly [x: number, y: number])[]): number {
  const xs = points.map(([x]) => Math.log(x));
  const ys = points.map(([, y]) => Math.log(y));
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const covariance = mean(xs.map((x, i) => (x - meanX) * ((ys[i] ?? 0) - meanY)));
  const variance = mean(xs.map((x) => (x - meanX) ** 2));
  return covariance / variance;
}
