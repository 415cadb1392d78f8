import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { byzantinePlanOf, byzantineSeeds } from '../test/simulation/byzantine-plan.ts';
import { everyCrash } from '../test/simulation/every-crash.ts';
import { manyRuns, seeds, type Job } from '../test/simulation/many-runs.ts';
import { castFor, planOf, type Plan } from '../test/simulation/plan.ts';
import { SCENARIOS, SINGLE_FIDUCIARY } from '../test/simulation/scenarios.ts';
import { describe, simulate } from '../test/simulation/simulate.ts';

/**
 * `npm run simulate`: whole networks of production nodes in one process, everything that goes wrong drawn from a seed
 * (docs/simulation.md).
 *
 *     npm run simulate -- --seeds 50000 --from 1        many seeds, on all processors
 *     npm run simulate -- --seed 4711 --trace           one seed, line by line
 *     npm run simulate -- --crash-everywhere            each node down at each of its writes
 *     npm run simulate -- --byzantine --seeds 5000      up to t - 1 fiduciaries lie
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
    byzantine: { type: 'boolean', default: false },
    'crash-everywhere': { type: 'boolean', default: false },
  },
});

const scenarios = values.scenario ?? (values.single ? SINGLE_FIDUCIARY : undefined);
const unknown = scenarios?.find((name) => !SCENARIOS.some((scenario) => scenario.name === name));
const wanted = { worst: values.worst, ...(scenarios && { scenarios }) };

const again = (seed: number): string =>
  [
    values['crash-everywhere']
      ? 'npm run simulate -- --crash-everywhere'
      : `npm run simulate -- --seed ${seed} --trace`,
    ...(values.byzantine ? ['--byzantine'] : []),
    ...(values.worst ? ['--worst'] : []),
    ...(values.single ? ['--single'] : []),
    ...(values.scenario ?? []).map((name) => `--scenario "${name}"`),
  ].join(' ');

/** Runs one once more, with its trace. */
const one = async (seed: number, plan: Plan): Promise<boolean> => {
  const outcome = await simulate({ seed, plan, cast: await castFor(plan), keepTrace: true });
  const trace = `${outcome.trace.join('\n')}\n${JSON.stringify(plan, null, 2)}\n`;
  if (values.trace) console.log(trace);
  console.log(describe(seed, plan, outcome));
  if (outcome.violation === null) return true;
  const [crash] = values['crash-everywhere'] ? plan.crashes : [];
  const at = crash ? `-${crash.node}-${crash.write}-${crash.how}` : '';
  const file = join(tmpdir(), `milagro-seed-${seed}${at}.trace`);
  await writeFile(file, trace);
  console.log(`  again: ${again(seed)}\n  trace: ${file}`);
  return false;
};

const many = async (jobs: Iterable<Job>): Promise<boolean> => {
  const began = performance.now();
  const summary = await manyRuns(jobs, { report: (line) => console.log(line) });
  for (const { job } of summary.failed) await one(job.seed, job.plan);
  const seconds = (performance.now() - began) / 1_000;
  console.log(
    `${summary.runs} runs in ${seconds.toFixed(0)} s: ${summary.failed.length} violations, ` +
      `${summary.orders} orders, ${summary.redeemed} redeemed, ${summary.crashes} crashes, ${summary.steps} steps`,
  );
  return summary.failed.length === 0;
};

const planOfSeed = (seed: number): Plan =>
  values.byzantine ? byzantinePlanOf(seed) : planOf(seed, wanted);

const main = async (): Promise<boolean> => {
  if (values.seed !== undefined) return one(Number(values.seed), planOfSeed(Number(values.seed)));
  if (values.byzantine) return many(byzantineSeeds(Number(values.from), Number(values.seeds)));
  if (!values['crash-everywhere'])
    return many(seeds(Number(values.from), Number(values.seeds), wanted));
  const jobs: Job[] = [];
  for (const name of scenarios ?? ['named', 'named late', 'solo', 'solo late', '2 of 3'])
    jobs.push(...(await everyCrash(name)));
  return many(jobs);
};

if (values.byzantine && (scenarios || values.worst)) {
  console.error('--byzantine draws its own scenarios and networks');
  process.exitCode = 2;
} else if (unknown !== undefined) {
  console.error(
    `no scenario ${unknown}; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`,
  );
  process.exitCode = 2;
} else process.exitCode = (await main()) ? 0 : 1;
