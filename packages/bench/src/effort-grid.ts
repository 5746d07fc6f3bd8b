/**
 * The efforts of an engine that has two knobs: each value of the one with each of the other is asked and timed
 * once, briefly, and the pairs that no other one beats make its curve. So it is met at its best at every recall.
 */
import { type Measured, paretoFront } from 'vecino/measure';
import { between } from './around-recalls.ts';
import type { Effort, Knob } from './knob.ts';
import type { Timing } from './process/messages.ts';
import { RecallCurve } from './recall-curve.ts';

/** An effort with the recall that it gives. */
export interface RecalledEffort extends Effort {
  readonly recall: number;
}

export interface GridTask {
  readonly knob: Knob;
  readonly low: number;
  readonly high: number;
  recallOf(effort: Effort): Promise<number>;
  timed(effort: Effort): Promise<Pick<Timing, 'qpsOfCpu'>>;
}

/** All pairs around the recalls, each with its speed. */
export async function measureGrid({ knob, low, high, recallOf, timed }: GridTask) {
  const measured: (RecalledEffort & Measured)[] = [];
  for (const refine of knob.refines) {
    const curve = new RecallCurve(knob.efforts, (effort) => recallOf({ effort, refine }));
    for (const effort of await curve.effortsAround(low, high)) {
      const recall = await curve.at(effort);
      const { qpsOfCpu } = await timed({ effort, refine });
      measured.push({ effort, refine, recall, qps: qpsOfCpu });
    }
  }
  return measured;
}

/** The best pairs from below the one recall to above the other, by rising recall. */
export async function bestOfGrid(task: GridTask): Promise<RecalledEffort[]> {
  return between(paretoFront(await measureGrid(task)), task.low, task.high);
}
