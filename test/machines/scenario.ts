import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stateOf } from '../../machines/registry.ts';
import type { OrderEvent } from '../../src/domain/events.ts';
import { begin, lineOf, run, turn, type Answers, type Play } from './play.ts';

/** Given facts, when one more comes, then this state and these effects. */
export interface Scenario {
  name: string;
  play: Play;
  given: readonly OrderEvent[];
  when: OrderEvent;
  /** `refused`: the machine has no use for the fact, and nothing changes. */
  expected: { state: string; effects?: string[]; refused?: true };
}

export const scenariosOf = (play: Play) => {
  const all: Scenario[] = [];
  return {
    all,
    add: (
      name: string,
      given: readonly OrderEvent[],
      when: OrderEvent,
      expected: Scenario['expected'],
      but: { answers?: Answers; play?: Play } = {},
    ): void => {
      const chosen = but.play ?? play;
      all.push({
        name,
        play: but.answers ? { ...chosen, answers: but.answers } : chosen,
        given,
        when,
        expected,
      });
    },
  };
};

export const check = ({ name, play, given, when, expected }: Scenario): void => {
  test(name, () => {
    const before = run(play, given, begin(play)).snapshot;
    const after = turn(play, before, when);
    assert.equal(stateOf(after.snapshot), expected.state);
    assert.deepEqual(after.effects.map(lineOf), expected.effects ?? []);
    assert.equal(after.accepted, expected.refused !== true);
    if (expected.refused) assert.equal(after.snapshot, before);
  });
};
