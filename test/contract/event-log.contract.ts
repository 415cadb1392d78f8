import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { sha256 } from '../../src/crypto/hash.ts';
import type { Head } from '../../src/log/event-log.ts';
import type { OpenStore } from '../../src/log/store.ts';
import {
  ALICE,
  AT,
  BOB,
  cid,
  collect,
  envelope,
  fullTurn,
  openLog,
  secretId,
  sends,
  stream,
  takesIn,
  texts,
  turn,
} from '../log/log-world.ts';
import { rejectsWith } from '../log/rejects-with.ts';
import { createVirtualClock } from '../transport/virtual-clock.ts';

/** What the event log must do over any store. `make` gives the way to open a fresh one, again and again. */
export const eventLogContract = (
  name: string,
  make: (test: TestContext) => Promise<OpenStore>,
): void => {
  const opened = async (test: TestContext) => {
    const log = await openLog({ openStore: await make(test) });
    test.after(() => log.close());
    return log;
  };

  describe(`the event log over ${name}`, () => {
    it('is empty at first', async (test) => {
      const log = await opened(test);
      assert.equal(log.head(), null);
      assert.equal(log.hasStream(stream('o')), false);
      assert.deepEqual(await log.read(stream('o')), []);
      assert.deepEqual(await collect(log.streams()), []);
      assert.deepEqual(await collect(log.pending()), []);
      assert.deepEqual(await log.verify(), {
        records: 0,
        streams: 0,
        envelopes: 0,
        secrets: 0,
        head: null,
      });
    });

    it('keeps the events of a turn as linked records', async (test) => {
      const log = await opened(test);
      const events = [{ type: 'order.proposed' }, { type: 'order.contributed' }];
      const first = await log.append(turn('o', '', { events }));
      const second = await log.append(turn('o', 'last', { machine: 'principal@2', at: AT + 5 }));
      const records = await log.read(stream('o'));
      assert.deepEqual(
        records.map(({ seq, position, at, machine }) => [seq, position, at, machine]),
        [
          [1, 1, AT, 'principal@1'],
          [2, 2, AT, 'principal@1'],
          [3, 3, AT + 5, 'principal@2'],
        ],
      );
      assert.deepEqual(
        records.map(({ entry }) => entry.kind === 'event' && entry.event.type),
        ['order.proposed', 'order.contributed', 'order.proposed'],
      );
      assert.deepEqual(
        records.map(({ prev }) => Buffer.from(prev)),
        [Buffer.alloc(32), ...records.slice(0, 2).map(({ hash }) => Buffer.from(hash))],
      );
      assert.deepEqual([first.seq, second.seq], [2, 3]);
      assert.deepEqual(log.head(), second.head);
      assert.equal(second.head.seq, 3);
    });

    it('numbers streams apart and the node as a whole', async (test) => {
      const log = await opened(test);
      for (const order of ['b', 'a', 'b']) await log.append(turn(order, order));
      await log.append({ ...turn('a', 'f'), stream: stream('a', 'fiduciary') });
      const positions = async (of: ReturnType<typeof stream>) =>
        (await log.read(of)).map(({ seq, position }) => [seq, position]);
      assert.deepEqual(await positions(stream('b')), [
        [1, 1],
        [2, 3],
      ]);
      assert.deepEqual(await positions(stream('a')), [[1, 2]]);
      assert.deepEqual(await positions(stream('a', 'fiduciary')), [[1, 4]]);
      assert.deepEqual(await collect(log.streams()), [
        stream('b'),
        stream('a'),
        stream('a', 'fiduciary'),
      ]);
      assert.equal(log.hasStream(stream('a', 'fiduciary')), true);
      assert.equal(log.hasStream(stream('b', 'fiduciary')), false);
    });

    it('finds every kind of row again, also after it was closed', async (test) => {
      const openStore = await make(test);
      const before = await openLog({ openStore });
      await before.append(fullTurn('o', 'one', 1));
      await before.append(fullTurn('o', 'two', 2));
      const head = before.head();
      await before.close();

      const log = await openLog({ openStore });
      test.after(() => log.close());
      assert.deepEqual(log.head(), head);
      assert.equal(log.hasStream(stream('o')), true);
      assert.deepEqual(await texts(log, 'o'), ['one', '>1', 'two', '>2']);
      const taken = envelope(2, 'from alice: two');
      assert.equal(await log.received(stream('o'), ALICE, 2), taken.envelope);
      assert.equal(await log.received(stream('o'), ALICE, 3), undefined);
      assert.equal(await log.received(stream('o'), BOB, 2), undefined);
      assert.equal(await log.received(stream('p'), ALICE, 2), undefined);
      assert.deepEqual(Buffer.from(await log.evidence(taken.envelope)), Buffer.from(taken.bytes));
      assert.deepEqual(Buffer.from(await log.secret(secretId('two'))), Buffer.from('sealed two'));
      const answer = await log.answer('key one');
      assert.deepEqual(answer?.response, { text: 'one' });
      assert.equal(Buffer.compare(answer!.request, sha256(Buffer.from('one'))), 0);
      assert.equal(await log.answer('key three'), undefined);
      assert.equal(log.peerHead(ALICE)?.seq, 2);
      assert.equal(log.peerHead(BOB), undefined);
      const { records, envelopes, secrets } = await log.verify();
      assert.deepEqual({ records, envelopes, secrets }, { records: 4, envelopes: 2, secrets: 2 });
      assert.equal((await log.append(fullTurn('o', 'three', 3))).seq, 6);
    });

    it('counts its starts', async (test) => {
      const openStore = await make(test);
      for (const starts of [1, 2, 3]) {
        const log = await openLog({ openStore });
        assert.equal(log.starts, starts);
        await log.close();
      }
    });

    it('lists in the record what a turn took in, drew, destroyed, answered and saw', async (test) => {
      const log = await opened(test);
      await log.append(fullTurn('o', 'one', 1));
      await log.append(turn('o', 'two', { destroyed: [secretId('one')] }));
      const [first, , third] = await log.read(stream('o'));
      assert.ok(first?.entry.kind === 'event' && third?.entry.kind === 'event');
      const { received, secrets, answer, seen } = first.entry;
      const { envelope: id } = envelope(1, 'from alice: one');
      assert.deepEqual(received, [{ sender: ALICE, seq: 1, envelope: id, kept: true }]);
      assert.deepEqual(secrets, [secretId('one')]);
      assert.equal(answer, 'key one');
      assert.equal(seen?.peer, ALICE);
      assert.deepEqual(third.entry.destroyed, [secretId('one')]);
    });

    describe('sends', () => {
      it('what was sealed in the turn, with its bytes', async (test) => {
        const log = await opened(test);
        const { sent, seq } = await log.append(turn('o', 'one', { seal: sends('a', 'b') }));
        assert.equal(seq, 3);
        const expected = [envelope(1, 'a'), envelope(2, 'b')].map((one) => ({
          ...one,
          order: cid('o'),
          role: 'principal',
          waiting: [ALICE],
        }));
        assert.deepEqual(sent, expected);
        for (const one of expected)
          assert.deepEqual(plain(await log.sent(cid('o'), one.seq)), plain(one));
        assert.deepEqual((await collect(log.pending())).map(plain), expected.map(plain));
        assert.deepEqual(await texts(log, 'o'), ['one', '>1', '>2']);
      });

      it('with one sequence of numbers for all roles of an order', async (test) => {
        const log = await opened(test);
        const numbers: number[] = [];
        for (const role of ['principal', 'fiduciary', 'principal'] as const) {
          const { sent } = await log.append({
            ...turn('o', role, { seal: sends(role) }),
            stream: stream('o', role),
          });
          numbers.push(...sent.map(({ seq }) => seq));
          assert.deepEqual(
            sent.map((one) => one.role),
            [role],
          );
        }
        assert.deepEqual(numbers, [1, 2, 3]);
        const other = await log.append(turn('p', 'other', { seal: sends('other') }));
        assert.equal(other.sent[0]?.seq, 1);
      });

      it('with the head that holds the events of the turn, not its envelopes', async (test) => {
        const log = await opened(test);
        const heads: Head[] = [];
        const seal = (head: Head, next: () => number) => {
          heads.push(head);
          return sends('a')(head, next);
        };
        const before = await log.append(turn('o', 'one'));
        const after = await log.append(turn('o', 'two', { seal }));
        assert.deepEqual(
          heads.map(({ seq }) => seq),
          [before.head.seq + 1],
        );
        assert.equal(after.head.seq, before.head.seq + 2);
      });

      it('until all have acknowledged', async (test) => {
        const log = await opened(test);
        const seal = (_: Head, next: () => number) => [envelope(next(), 'a', [ALICE, BOB])];
        await log.append(turn('o', 'one', { seal }));
        log.settle(cid('o'), 1, BOB);
        assert.deepEqual((await log.sent(cid('o'), 1)).waiting, [ALICE]);
        assert.deepEqual(
          (await collect(log.pending())).map(({ waiting }) => waiting),
          [[ALICE]],
        );
        log.settle(cid('o'), 1, ALICE);
        assert.deepEqual((await log.sent(cid('o'), 1)).waiting, []);
        assert.deepEqual(await collect(log.pending()), []);
        await log.append(turn('o', 'two'));
        assert.deepEqual(await collect(log.pending()), []);
        await log.verify();
      });

      it('nothing under a number that was never used', async (test) => {
        const log = await opened(test);
        await log.append(turn('o', 'one', { seal: sends('a') }));
        await rejectsWith('log/not-found', log.sent(cid('o'), 2));
        await rejectsWith('log/not-found', log.sent(cid('p'), 1));
      });
    });

    describe('writes acknowledgements', () => {
      const pendingAfter = async (test: TestContext, settle: 'later' | 'closing') => {
        const openStore = await make(test);
        const clock = createVirtualClock();
        const before = await openLog({ openStore, clock });
        await before.append(turn('o', 'one', { seal: sends('a', 'b') }));
        before.settle(cid('o'), 1, ALICE);
        if (settle === 'later') {
          clock.advance(1_000);
          await before.verify(); // waits until nothing is being written
        }
        assert.equal(clock.waiting(), settle === 'closing' ? 1 : 0);
        await before.close();
        assert.equal(clock.waiting(), 0);
        const log = await openLog({ openStore });
        test.after(() => log.close());
        await log.verify();
        return (await collect(log.pending())).map(({ seq }) => seq);
      };

      it('after a second', async (test) =>
        assert.deepEqual(await pendingAfter(test, 'later'), [2]));
      it('when it is closed', async (test) =>
        assert.deepEqual(await pendingAfter(test, 'closing'), [2]));

      it('only where they are owed', async (test) => {
        const log = await opened(test);
        await log.append(turn('o', 'one', { seal: sends('a') }));
        log.settle(cid('o'), 1, BOB); // not a recipient
        log.settle(cid('o'), 7, ALICE); // never sent
        log.settle(cid('p'), 1, ALICE); // no such order
        await log.append(turn('o', 'two'));
        assert.deepEqual(
          (await collect(log.pending())).map(({ waiting }) => waiting),
          [[ALICE]],
        );
        await log.verify();
      });
    });

    describe('never lets', () => {
      it('a secret id be used again', async (test) => {
        const log = await opened(test);
        const draws = (text: string, ...ids: string[]) =>
          turn('o', text, { secrets: ids.map((id) => ({ id, blob: Buffer.from(text) })) });
        await log.append(draws('one', secretId('s')));
        await rejectsWith('log/key-exists', log.append(draws('two', secretId('s'))));
        await rejectsWith('log/key-exists', log.append(draws('x', secretId('t'), secretId('t'))));
        await log.append(turn('o', 'gone', { destroyed: [secretId('s')] }));
        await rejectsWith('log/key-exists', log.append(draws('three', secretId('s'))));
        assert.deepEqual(await texts(log, 'o'), ['one', 'gone']);
        await rejectsWith('log/not-found', log.secret(secretId('s')));
        await rejectsWith('log/not-found', log.secret(secretId('t')));
      });

      it('a secret be destroyed that is not there', async (test) => {
        const log = await opened(test);
        const destroys = () => turn('o', 'x', { destroyed: [secretId('s')] });
        await rejectsWith('log/not-found', log.append(destroys()));
        await log.append(
          turn('o', 'one', { secrets: [{ id: secretId('s'), blob: Buffer.from('b') }] }),
        );
        await log.append(destroys());
        await rejectsWith('log/not-found', log.append(destroys()));
      });

      it('a secret stay that was drawn and destroyed in one turn', async (test) => {
        const log = await opened(test);
        const secrets = [{ id: secretId('s'), blob: Buffer.from('b') }];
        await log.append(turn('o', 'one', { secrets, destroyed: [secretId('s')] }));
        await rejectsWith('log/not-found', log.secret(secretId('s')));
        await rejectsWith('log/key-exists', log.append(turn('o', 'two', { secrets })));
        assert.equal((await log.verify()).secrets, 0);
      });

      it('a destroyed id come back after a restart', async (test) => {
        const openStore = await make(test);
        const before = await openLog({ openStore });
        const secrets = [{ id: secretId('s'), blob: Buffer.from('b') }];
        await before.append(turn('o', 'one', { secrets }));
        await before.append(turn('o', 'two', { destroyed: [secretId('s')] }));
        await before.close();
        const log = await openLog({ openStore });
        test.after(() => log.close());
        await rejectsWith('log/not-found', log.secret(secretId('s')));
        await rejectsWith('log/key-exists', log.append(turn('o', 'three', { secrets })));
      });

      it('a later envelope or answer hide an earlier one', async (test) => {
        const log = await opened(test);
        const answer = (text: string) => ({
          key: 'k',
          request: sha256(Buffer.from(text)),
          response: text,
        });
        await log.append(
          turn('o', 'one', { received: [takesIn(ALICE, 1, 'a')], answer: answer('a') }),
        );
        await log.append(
          turn('o', 'two', { received: [takesIn(ALICE, 1, 'b')], answer: answer('b') }),
        );
        assert.equal(await log.received(stream('o'), ALICE, 1), envelope(1, 'a').envelope);
        assert.equal((await log.answer('k'))?.response, 'a');
        // Both of two contradicting envelopes are the proof.
        for (const text of ['a', 'b']) await log.evidence(envelope(1, text).envelope);
        await log.verify();
      });

      it('a peer head go back', async (test) => {
        const log = await opened(test);
        const shown = (seq: number, text: string) => ({
          seen: { peer: ALICE, head: { seq, hash: sha256(Buffer.from(text)) } },
        });
        await log.append(turn('o', 'one', shown(5, 'a')));
        await log.append(turn('o', 'two', shown(4, 'b')));
        await log.append(turn('o', 'three', shown(5, 'c')));
        const { seq, hash } = log.peerHead(ALICE)!;
        assert.deepEqual({ seq, hash: Buffer.from(hash) }, shown(5, 'a').seen.head);
      });

      it('evidence be asked for that was not kept', async (test) => {
        const log = await opened(test);
        await log.append(turn('o', 'one', { received: [takesIn(ALICE, 1, 'a', false)] }));
        assert.equal(await log.received(stream('o'), ALICE, 1), envelope(1, 'a').envelope);
        await rejectsWith('log/not-found', log.evidence(envelope(1, 'a').envelope));
        await log.verify();
      });
    });

    it('refuses a turn that cannot be right, and nothing of it stays', async (test) => {
      const log = await opened(test);
      const wrong = { ...envelope(1, 'a'), bytes: Buffer.from('other') };
      const bad: Partial<Parameters<typeof turn>[2]>[] = [
        { events: [] },
        { events: [{ type: 'x', what: undefined } as { type: string }] },
        { received: [{ ...takesIn(ALICE, 1, 'a'), bytes: Buffer.from('other') }] },
        { received: [takesIn(ALICE, 1, 'a'), takesIn(ALICE, 1, 'b')] },
        { received: [takesIn(ALICE, 1, 'a'), takesIn(BOB, 1, 'a')] },
        { secrets: [{ id: 'not an id', blob: Buffer.from('b') }] },
        { seal: (_, next) => [{ ...wrong, seq: next() }] },
        { seal: () => [envelope(1, 'a')] }, // number made up
        { seal: (_, next) => (next(), []) }, // number drawn and dropped
        { seal: (_, next) => [envelope(next() + 1, 'a')] },
        {
          seal: () => {
            throw new RangeError('no key');
          },
        },
      ];
      for (const more of bad) await assert.rejects(log.append(turn('o', 'bad', more)));
      assert.equal(log.head(), null);
      const { sent, head } = await log.append(turn('o', 'good', { seal: sends('a') }));
      assert.deepEqual([head.seq, sent[0]?.seq], [2, 1]);
      await log.verify();
    });

    it('takes nothing once it is closed, but writes what was waiting', async (test) => {
      const openStore = await make(test);
      const clock = createVirtualClock();
      const log = await openLog({ openStore, clock });
      const waiting = log.append(turn('o', 'one'));
      const closed = log.close();
      await rejectsWith('log/sealed', log.append(turn('o', 'two')));
      await waiting;
      await closed;
      await log.close();
      await rejectsWith('log/sealed', log.read(stream('o')));
      await rejectsWith('log/sealed', log.verify());
      await rejectsWith('log/sealed', log.whenOpen());
      log.settle(cid('o'), 1, ALICE);
      assert.equal(clock.waiting(), 0);
      const again = await openLog({ openStore });
      assert.deepEqual(await texts(again, 'o'), ['one']);
      await again.close();
    });

    it('belongs to one node and one data key', async (test) => {
      const openStore = await make(test);
      await (await openLog({ openStore })).close();
      await rejectsWith('log/corrupt', openLog({ openStore, node: ALICE }));
      const dataKey = createSecretKey(Buffer.alloc(32, 8));
      const error = await rejectsWith('log/corrupt', openLog({ openStore, dataKey }));
      assert.match(error.message, /^meta: /);
      await (await openLog({ openStore })).close();
    });
  });
};

/** Buffers and other views of the same bytes are the same here. */
const plain = <T extends { bytes: Uint8Array }>(one: T) => ({
  ...one,
  bytes: Buffer.from(one.bytes).toString('hex'),
});
