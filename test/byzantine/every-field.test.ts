import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeId } from '../../src/domain/ids.ts';
import { createDice, seededRandom } from '../simulation/seeded-random.ts';
import { lyingAt, nameOf, surveying, type Place } from './every-place.ts';
import { orderWith, type Told } from './told.ts';

/**
 * Every field of every message of an order, changed once by the party that sends it: the same change in each envelope, so
 * that nobody contradicts anybody. The guarantees are judged after each step for all others (docs/simulation.md): nobody
 * honest is blamed, shows another wallet, or releases a share to anybody but the beneficiary.
 */
const PARTIES: readonly { scenario: string; liars: readonly string[]; only?: string }[] = [
  { scenario: '2 of 3', liars: ['paula', 'beth', 'fred2'] },
  // What a beneficiary is handed whom the terms do not name.
  { scenario: 'named late', liars: ['paula'], only: 'redemption.requested' },
];

type Course = 'the key is made' | 'the liar is named' | 'it ends' | 'the liar is waited for';

const courseOf = (told: Told, liar: string): Course | undefined => {
  /** The liar, or whom the liar told of nothing. */
  const isDark = (node: NodeId): boolean =>
    node === told.id(liar) || !told.views.has(told.name(node));
  const views = told.honest.flatMap((name) => told.views.get(name) ?? []);
  const waits = views.flatMap(({ roles }) => roles.flatMap(({ waitingFor }) => waitingFor));
  if (views.some(({ blames }) => blames.some(({ upheld }) => upheld))) return 'the liar is named';
  if (told.redeemed) return 'the key is made';
  if (waits.some(({ node }) => node !== null && isDark(node))) return 'the liar is waited for';
  return views.every(({ ended }) => ended !== null) ? 'it ends' : undefined;
};

for (const { scenario, liars, only } of PARTIES)
  for (const liar of liars)
    test(`fault/F4: ${liar} changes every field of what it says, ${scenario}`, async () => {
      const survey = surveying(liar);
      await orderWith({ [liar]: survey.lie }, { scenario });
      const places = survey.places().filter(({ type }) => type === (only ?? type));
      assert.ok(places.length > 20);
      const courses = new Map<Course, Place[]>();
      for (const place of places) {
        let how: string | undefined;
        const random = seededRandom(0, nameOf(place));
        const sources = { random, dice: createDice(seededRandom(1, nameOf(place))) };
        const lie = lyingAt(place, sources, (done) => (how = done));
        const told = await orderWith({ [liar]: lie }, { scenario }).catch((thrown: unknown) => {
          throw new Error(`${nameOf(place)} ${how}`, { cause: thrown });
        });
        assert.ok(how, `${nameOf(place)} was not changed`);
        const course = courseOf(told, liar);
        assert.ok(course, `${nameOf(place)} ${how}\n${told.trace.join('\n')}`);
        courses.set(course, [...(courses.get(course) ?? []), place]);
      }
      assert.ok(courses.size > 1, [...courses.keys()].join());
    });
