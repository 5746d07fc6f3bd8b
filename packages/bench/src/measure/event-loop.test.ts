import { describe, expect, it } from 'vitest';
import { EventLoopWatch } from './event-loop.ts';

describe('EventLoopWatch', () => {
  it('sees in both ways that the event loop was held, also at the very start', async () => {
    const watch = new EventLoopWatch();
    await watch.start();
    const end = performance.now() + 60;
    while (performance.now() < end);
    const { monitorMaxMs, timerMaxMs, ownWorkMaxMs, seconds } = await watch.stop();
    expect(monitorMaxMs).toBeGreaterThan(45);
    expect(timerMaxMs).toBeGreaterThan(45);
    expect(ownWorkMaxMs).toBeGreaterThan(0);
    expect(ownWorkMaxMs).toBeLessThanOrEqual(timerMaxMs + 10);
    expect(seconds).toBeGreaterThan(0.06);
  });
});
