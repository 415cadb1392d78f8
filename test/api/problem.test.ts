import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderEndedError, problemOf, statusOf } from '../../src/api/problem.ts';
import { NodeError } from '../../src/errors.ts';
import { id } from './small-service.ts';

test('the status of an error follows from its code alone', () => {
  for (const [code, status] of [
    ['api/unauthenticated', 401],
    ['api/host', 403],
    ['api/too-large', 413],
    ['api/rate', 429],
    ['codec/schema', 400],
    ['identity/malformed', 422],
    ['keystore/unavailable', 503],
    ['log/corrupt', 503],
    ['log/write-failed', 503],
    ['node/order-unknown', 404],
    ['node/order-state', 409],
    ['node/idempotency-conflict', 422],
    ['node/internal', 500],
    ['constructor/x', 500],
    ['__proto__/x', 500],
    ['toString', 500],
    ['', 500],
  ] as const)
    assert.equal(statusOf(code), status, code);
});

test('an order that ended names itself in the problem', () => {
  const problem = problemOf(new OrderEndedError(id(7), { code: 'fault/x', text: '' }), 'r');
  assert.equal(problem.orderReference, id(7));
  assert.equal(problem.detail, 'the order ended without a wallet: fault/x');
});

test('the cause of an error is not told', () => {
  const secret = new Error('inside');
  for (const thrown of [
    new NodeError('node/internal', 'inside', { cause: secret }),
    secret,
    'inside',
    { statusCode: 400, code: 'FST_inside', message: 'inside' },
    undefined,
  ])
    assert.doesNotMatch(JSON.stringify(problemOf(thrown, 'r')), /inside/);
  const told = problemOf(new NodeError('node/terms', 'told', { cause: secret }), 'r');
  assert.doesNotMatch(JSON.stringify(told), /inside/);
});
