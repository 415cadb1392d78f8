import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  contextOf,
  MACHINES,
  machineNamed,
  start,
  stateOf,
  step,
} from '../../machines/registry.ts';
import { encode } from '../../src/domain/canonical.ts';
import type { OrderEvent } from '../../src/domain/events.ts';
import { COURSES } from './courses.ts';
import { run } from './play.ts';

/**
 * Histories that a released machine has written must fold to the same states and effects for ever: a machine that
 * would answer otherwise is a new version. `RECORD_HISTORIES=1 node --test` writes those of new courses; a history
 * that exists is never written again.
 */
interface History {
  machine: string;
  self: string;
  steps: { event: OrderEvent; state: string; effects: unknown[] }[];
  /** SHA-256 of the canonical encoding of the last context. */
  context: string;
}

const FOLDER = new URL('../../fixtures/histories/', import.meta.url);

/** Bytes are `{ "hex": … }` in JSON. */
const toJson = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toJson(one)]));
};

const fromJson = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'hex' in value
    ? new Uint8Array(Buffer.from(String(value.hex), 'hex'))
    : value;

const fold = (machine: string, self: string, events: readonly OrderEvent[]): History => {
  const logic = machineNamed(machine);
  let snapshot = start(logic, { self });
  const steps = events.map((event) => {
    const next = step(logic, snapshot, event);
    assert.ok(next.accepted, event.type);
    snapshot = next.snapshot;
    return { event, state: stateOf(snapshot), effects: next.effects };
  });
  const context = createHash('sha256')
    .update(encode(contextOf(snapshot)))
    .digest('hex');
  return { machine, self, steps, context };
};

/** One step a line, to be read and compared. */
const written = (history: History): string => {
  const { machine, self, steps, context } = toJson(history) as History;
  const lines = steps.map((one) => `    ${JSON.stringify(one)}`).join(',\n');
  return `{\n  "machine": ${JSON.stringify(machine)},\n  "self": ${JSON.stringify(self)},\n  "steps": [\n${lines}\n  ],\n  "context": ${JSON.stringify(context)}\n}\n`;
};

if (process.env['RECORD_HISTORIES'] !== undefined) {
  for (const { machine, name, play, facts } of COURSES) {
    const folder = new URL(`${machine}/`, FOLDER);
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).includes(`${name}.json`)) continue;
    const history = fold(machine, play.self, run(play, facts).events);
    writeFileSync(new URL(`${name}.json`, folder), written(history), { flag: 'wx' });
  }
}

for (const machine of readdirSync(FOLDER)) {
  for (const file of readdirSync(new URL(`${machine}/`, FOLDER))) {
    test(`fault/F22: ${machine}: ${file} folds to the same states and effects`, () => {
      const text = readFileSync(new URL(`${machine}/${file}`, FOLDER), 'utf8');
      const history = JSON.parse(text, fromJson) as History;
      const events = history.steps.map(({ event }) => event);
      assert.deepEqual(fold(history.machine, history.self, events), history);
      assert.equal(history.machine, machine);
      assert.equal(written(history), text);
    });
  }
}

test('every machine has histories, and every course is one', () => {
  assert.deepEqual(readdirSync(FOLDER).toSorted(), MACHINES.map(({ name }) => name).toSorted());
  for (const { machine, name } of COURSES)
    assert.ok(readdirSync(new URL(`${machine}/`, FOLDER)).includes(`${name}.json`), name);
});
