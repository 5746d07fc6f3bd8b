import type { Metric } from '../api/search.ts';

/** The kernel that computes a metric's distances: prepared cosine vectors are compared by l2. */
export function kernelOf(metric: Metric): 'l2' | 'dot' {
  return metric === 'dot' ? 'dot' : 'l2';
}

/** A hit's score, larger for nearer, from the kernel's distance. */
export function scoreOf(metric: Metric, distance: number): number {
  switch (metric) {
    case 'cosine':
      return 1 - distance / 2;
    case 'dot':
      return -distance;
    case 'l2':
      return distance === 0 ? 0 : -Math.sqrt(distance);
  }
}
