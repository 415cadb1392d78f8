import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Message } from '../../../src/domain/messages.ts';
import { beth, idOf, makeContribution, mallory } from '../../custody/ceremony.ts';
import { createDesk } from '../../custody/desk.ts';
import { contextOf, knownContributions, NOW, viaOf } from '../effects/bench.ts';
import { fred1, fred2, order, learn, learned, unexpected, contributionOf } from './learning.ts';

describe('examine an accusation', () => {
  const desk = createDesk(order.order);
  const { role, contribution } = contributionOf(fred1);
  const show = (made = contribution) =>
    desk.write(fred1, 'order.contributed', { role, contribution: made }).evidence;
  const unproven = show({ ...contribution, proof: new Uint8Array(65) });
  const another = show(makeContribution(order, contributionOf(fred1), 'another').contribution);
  const context = contextOf(order, 'beneficiary', beth, {
    contributions: knownContributions(order),
  });
  const accusing = (code: string, ...evidence: Message<'order.accused'>['evidence']) => ({
    accused: idOf(fred1),
    code,
    evidence,
  });

  it('gives the verdict of this party, with the accusation as its evidence', async () => {
    const upheld = await learn(
      order,
      fred2,
      'order.accused',
      accusing('fault/proof-invalid', unproven),
      { context },
    );
    const refuted = await learn(
      order,
      fred2,
      'order.accused',
      accusing('fault/proof-invalid', show()),
      { context },
    );
    const verdict = ({ event, id }: typeof upheld) => {
      assert.ok(event.type === 'order.accused');
      assert.deepEqual(event.evidence, [id]);
      return [event.node, event.via ?? null, event.blamed, event.code, event.upheld];
    };
    const { id } = upheld;
    assert.deepEqual(verdict(upheld), [idOf(fred2), id, idOf(fred1), 'fault/proof-invalid', true]);
    // Told to everybody by this party: the accuser may have told it to a few alone.
    assert.deepEqual(verdict(refuted), [
      ...[idOf(beth), null],
      ...[idOf(fred2), 'fault/accusation-false', true],
    ]);
  });

  it('refuses, and blames nobody for, one that it could not show to anybody', async () => {
    const junk = (length: number) => ({ envelope: new Uint8Array(length) });
    const small = accusing('fault/proof-invalid', junk(10_000), junk(10_000), junk(10_000));
    const { event } = await learn(order, fred2, 'order.accused', small, { context });
    assert.ok(event.type === 'order.accused' && event.blamed === idOf(fred2));
    const large = accusing('fault/proof-invalid', junk(10_000), junk(10_000), junk(20_000));
    await unexpected(order, fred2, 'order.accused', large, { context });
    const half = accusing('fault/certification-unjustified', another, junk(40_000));
    await unexpected(order, fred2, 'order.accused', half, { context });
    const proven = accusing('fault/certification-unjustified', another);
    const told = await learn(order, fred2, 'order.accused', proven, { context });
    assert.ok(told.event.type === 'order.accused' && told.event.node === idOf(beth));
  });

  it('leaves open what cannot be decided', async () => {
    const message = accusing('fault/certification-unjustified', show());
    const fact = await learned(order, fred2, 'order.accused', message, { context });
    assert.deepEqual(
      [fact.blamed, fact.code, fact.upheld],
      [idOf(fred1), 'fault/certification-unjustified', false],
    );
  });

  it('is answered with an own accusation where this party holds the other half of the proof', async () => {
    const message = accusing('fault/certification-unjustified', another);
    const { event, id } = await learn(order, fred2, 'order.accused', message, { context });
    assert.deepEqual(event, {
      type: 'order.accused',
      at: NOW,
      node: idOf(beth),
      blamed: idOf(fred1),
      code: 'fault/equivocation',
      upheld: true,
      evidence: [id, viaOf(contributionOf(fred1))],
    });
  });

  it('refuses one of nobody in the order, or of no fault', async () => {
    const message = { ...accusing('fault/proof-invalid', unproven), accused: idOf(mallory) };
    await unexpected(order, fred2, 'order.accused', message, { context });
    await unexpected(order, fred2, 'order.accused', accusing('fault/ugly', unproven), { context });
  });
});
