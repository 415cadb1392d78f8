import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { manySeeds } from '../test/simulation/many-seeds.ts';
import { castFor, planOf } from '../test/simulation/plan.ts';
import { SCENARIOS, SINGLE_FIDUCIARY } from '../test/simulation/scenarios.ts';
import { describe, simulate } from '../test/simulation/simulate.ts';

/**
 * `npm run simulate`: whole networks of production nodes in one process, everything that goes wrong drawn from a seed
 * (docs/simulation.md).
 *
 *     npm run simulate -- --seeds 50000 --from 1        many seeds, on all processors
 *     npm run simulate -- --seed 4711 --trace           one seed, line by line
 *     … --scenario "3 of 5"                             only that scenario; may be repeated
 *     … --single                                        only orders with a single fiduciary (cheap)
 *     … --worst                                         always 40 % loss and 60 % duplicates
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    scenario: { type: 'string', multiple: true },
    single: { type: 'boolean', default: false },
    worst: { type: 'boolean', default: false },
  },
});

const scenarios = values.scenario ?? (values.single ? SINGLE_FIDUCIARY : undefined);
const unknown = scenarios?.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
const wanted = { worst: values.worst, ...(scenarios && { scenarios }) };

const again = (seed: number): string =>
  [
    `npm run simulate -- --seed ${seed} --trace`,
    ...(values.worst ? ['--worst'] : []),
    ...(values.single ? ['--single'] : []),
    ...(values.scenario ?? []).map((name) => `--scenario "${name}"`),
  ].join(' ');

const one = async (seed: number): Promise<boolean> => {
  const plan = planOf(seed, wanted);
  const outcome = await simulate({ seed, plan, cast: await castFor(plan), keepTrace: true });
  if (values.trace) console.log(`${outcome.trace.join('\n')}\n${JSON.stringify(plan, null, 2)}`);
  console.log(describe(seed, plan, outcome));
  if (outcome.violation === null) return true;
  const file = join(tmpdir(), `milagro-seed-${seed}.trace`);
  await writeFile(file, `${outcome.trace.join('\n')}\n${JSON.stringify(plan, null, 2)}\n`);
  console.log(`  again: ${again(seed)}\n  trace: ${file}`);
  return false;
};

const many = async (from: number, count: number): Promise<boolean> => {
  const began = performance.now();
  const summary = await manySeeds({ from, count, wanted, report: (line) => console.log(line) });
  for (const seed of summary.failed) await one(seed);
  const seconds = (performance.now() - began) / 1_000;
  console.log(
    `${count} seeds from ${from} in ${seconds.toFixed(0)} s: ${summary.failed.length} violations, ` +
      `${summary.orders} orders, ${summary.redeemed} redeemed, ${summary.crashes} crashes, ${summary.steps} steps`,
  );
  return summary.failed.length === 0;
};

if (unknown !== undefined) {
  console.error(
    `no scenario ${unknown}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const held =
    values.seed === undefined
      ? await many(Number(values.from), Number(values.seeds))
      : await one(Number(values.seed));
  process.exitCode = held ? 0 : 1;
}
