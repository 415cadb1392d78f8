import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into a daemon beside its program (`node --import`): how long its one thread lets others wait, without what the
 * client of a measurement and the scheduler add. SIGUSR2 writes the delays since the last one into the file that the
 * environment names.
 */
const file = process.env['MILAGRO_BENCH_DELAYS'];
if (file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  process.on('SIGUSR2', () => {
    const ms = (nanoseconds: number): number => nanoseconds / 1_000_000;
    const found = {
      p50: ms(delays.percentile(50)),
      p99: ms(delays.percentile(99)),
      max: ms(delays.max),
    };
    delays.reset();
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(found));
  });
}
