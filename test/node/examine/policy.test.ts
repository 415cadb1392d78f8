import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DEFAULT_POLICY,
  type CustodyDeps,
  type CustodyPolicy,
  type Standing,
} from '../../../src/node/effects/deps.ts';
import { orderIdOf } from '../../../src/custody/order-id.ts';
import { refusalOf } from '../../../src/node/examine/policy.ts';
import { IdentityError } from '../../../src/errors.ts';
import {
  beth,
  EXPIRES,
  freds,
  idOf,
  paula,
  stateAt,
  termsOf,
  type Wish,
} from '../../custody/ceremony.ts';
import { throwsCode } from '../../throws-code.ts';
import { revoked, rotated, type Person } from '../../identity/people.ts';
import { depsOf } from '../effects/bench.ts';

const [fred1, fred2] = freds as [Person, Person, Person];
const NOW = EXPIRES - 60_000;

const codeOf = (wish: Wish, change: Partial<CustodyDeps> = {}, now = NOW, self = fred1) =>
  refusalOf(termsOf(wish), now, depsOf(self, change))?.code;

/** As everybody thinks of everybody, but for one. */
const thinking = (
  who: Person,
  change: Partial<Standing> | undefined,
  self = fred1,
): Partial<CustodyDeps> => {
  const { standing } = depsOf(self);
  return {
    standing: (node) => {
      const usual = standing(node);
      if (node !== idOf(who)) return usual;
      return change && usual && { ...usual, ...change };
    },
  };
};
const having = (policy: Partial<CustodyPolicy>): Partial<CustodyDeps> => ({
  policy: { ...DEFAULT_POLICY, ...policy },
});

describe('policy', () => {
  it('takes part in what it is made for', () => {
    for (const wish of [{}, { n: 3 }, { beneficiary: null }, { principal: fred1 }])
      assert.equal(codeOf(wish), undefined);
  });

  it('serves the principals that its operator pinned', () => {
    const code = 'refusal/principal-not-served';
    assert.equal(codeOf({}, thinking(paula, { roles: ['beneficiary', 'fiduciary'] })), code);
    assert.equal(codeOf({}, thinking(paula, undefined)), code);
  });

  it('plays the roles that its operator gave it', () => {
    const code = 'refusal/principal-not-served';
    assert.equal(codeOf({}, thinking(fred1, { roles: ['beneficiary'] })), code);
    assert.equal(codeOf({}, thinking(beth, { roles: ['principal'] }, beth), NOW, beth), code);
    assert.equal(
      codeOf({}, thinking(beth, { roles: ['beneficiary'] }, beth), NOW, beth),
      undefined,
    );
  });

  const isNot = (who: Person) => (state: string) => state !== who.state.keyId;

  for (const who of [paula, beth, fred2]) {
    const name = who.state.name;
    it(`knows ${name}, in the newest state of its keys`, () => {
      const unknown = codeOf({ n: 3 }, thinking(who, undefined));
      assert.ok(unknown === 'refusal/party-unknown' || unknown === 'refusal/principal-not-served');
      const newer = rotated(who, `${name} newer`).state;
      const stale = { ...thinking(who, { current: newer }), isRecent: isNot(who) };
      assert.equal(codeOf({ n: 3 }, stale), 'refusal/party-unknown');
      const states = (key: string) => {
        if (key === who.state.keyId) throw new IdentityError('identity/unknown', 'not fetched yet');
        return stateAt(key);
      };
      throwsCode('identity/unknown', () => codeOf({ n: 3 }, { states }));
    });

    it(`knows ${name} in a state that was replaced just now`, () => {
      const current = rotated(who, `${name} newer`).state;
      assert.equal(codeOf({ n: 3 }, thinking(who, { current })), undefined);
    });

    it(`takes no part with ${name} revoked, forked or blamed`, () => {
      const gone = revoked(who, `${name} gone`).state;
      const code = (change: Partial<Standing>) => codeOf({ n: 3 }, thinking(who, change));
      assert.equal(code({ current: gone }), 'refusal/party-revoked');
      assert.equal(code({ forked: true }), 'refusal/party-revoked');
      assert.equal(code({ blamed: true }), 'refusal/party-blamed');
    });
  }

  it('guards the coins that it is told to, and that exist', () => {
    assert.equal(codeOf({ coin: 'ethereum' }, having({ coins: ['bitcoin'] })), 'refusal/coin');
    assert.equal(codeOf({ coin: 'tulips' }), 'refusal/coin');
    assert.equal(codeOf({ coin: 'tulips' }, having({ coins: ['tulips'] })), 'refusal/coin');
    assert.equal(codeOf({ coin: 'bitcoin' }, having({ coins: ['bitcoin'] })), undefined);
  });

  it('wants so many fiduciaries, and such a threshold', () => {
    const code = 'refusal/threshold';
    assert.equal(codeOf({}, having({ fiduciaries: { least: 2, most: 3 } })), code);
    assert.equal(codeOf({ n: 3 }, having({ fiduciaries: { least: 1, most: 2 } })), code);
    assert.equal(codeOf({ n: 3, t: 2 }, having({ leastThreshold: 3 })), code);
    assert.equal(codeOf({ n: 3, t: 3 }, having({ leastThreshold: 3 })), undefined);
    assert.equal(
      codeOf({}, having({ leastThreshold: 3 })),
      undefined,
      'a single one has no threshold',
    );
  });

  it('wants an order to end in time', () => {
    assert.equal(codeOf({}, {}, EXPIRES), 'refusal/too-late');
    assert.equal(codeOf({}, {}, EXPIRES - 1), undefined);
    const { longestForming } = DEFAULT_POLICY;
    assert.equal(codeOf({}, {}, EXPIRES - longestForming - 1), 'refusal/too-late');
    assert.equal(codeOf({}, {}, EXPIRES - longestForming), undefined);
  });

  it('serves, of the pinned principals, those that are listed; itself always', () => {
    const code = 'refusal/principal-not-served';
    assert.equal(codeOf({}, having({ principals: [] })), code);
    assert.equal(codeOf({}, having({ principals: [idOf(beth)] })), code);
    assert.equal(codeOf({}, having({ principals: [idOf(beth), idOf(paula)] })), undefined);
    assert.equal(codeOf({ principal: fred1 }, having({ principals: [] })), undefined);
    const listed = having({ principals: [idOf(paula)] });
    assert.equal(codeOf({}, { ...thinking(paula, { roles: ['beneficiary'] }), ...listed }), code);
  });

  it('takes so many orders of a principal at once, and so many in a minute', () => {
    const { openOrders, ordersPerMinute } = DEFAULT_POLICY;
    const asked: unknown[] = [];
    const loaded = (open: number, lastMinute: number): Partial<CustodyDeps> => ({
      load: (...of) => {
        asked.push(of);
        return { open, lastMinute };
      },
    });
    assert.equal(codeOf({}, loaded(openOrders, 0)), 'refusal/too-many-orders');
    assert.equal(codeOf({}, loaded(0, ordersPerMinute)), 'refusal/too-fast');
    assert.equal(codeOf({}, loaded(openOrders - 1, ordersPerMinute - 1)), undefined);
    assert.deepEqual(asked[0], [idOf(paula), orderIdOf(termsOf()), NOW]);
  });
});
