import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endingOf } from '../../machines/endings.ts';
import type { EventOf } from '../../src/domain/events.ts';
import type { NodeId } from '../../src/domain/ids.ts';

const self = 'P' as NodeId;

test('a dispute that nobody decides is laid at nobody’s door: the suspect may be honest', () => {
  const passed: EventOf<'deadline.passed'> = {
    type: 'deadline.passed',
    at: 60_000,
    node: self,
    deadline: 'dispute',
  };
  assert.deepEqual(endingOf({ self }, passed), {
    by: null,
    code: 'fault/certification-unjustified',
    text: 'a certification was disputed, and nobody justified it in time',
  });
});
