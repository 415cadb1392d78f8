import type { MessageType } from '../../src/domain/messages.ts';
import type { Dice } from '../simulation/seeded-random.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Lie } from './liar.ts';
import { instead } from './lies.ts';
import { mutated, mutationsAt, placesIn, type How, type Path } from './mutation.ts';

/** One place of one type of message of one party. */
export interface Place {
  liar: string;
  type: MessageType;
  path: Path;
}

/** Tells the truth, and remembers every place of every message that it said. */
export const surveying = (liar: string): { lie: Lie; places(): Place[] } => {
  const seen = new Map<string, Place>();
  return {
    lie: instead(({ header, message }) => {
      const type = header.type as MessageType;
      for (const path of placesIn(message).filter(isWanted)) {
        const place = { liar, type, path };
        seen.set(nameOf(place), place);
      }
      return undefined;
    }),
    places: () => [...seen.values()],
  };
};

/** What to do to a leaf so that its shape stays, and to a list or map so that it does not: the first that changes anything. */
const PREFERENCE: readonly How[] = ['fresh', 'other', 'bit', 'swapped', 'gone', 'more', 'kind'];

/** Changes this place in each message of the type, the same for all. */
export const lyingAt = (
  { type, path }: Place,
  sources: { dice: Dice; random: Random },
  told: (how: How) => void,
): Lie => {
  const said: unknown[] = [];
  return {
    hear: ({ message }) => void said.push(message),
    ...instead(({ header, message }, truth) => {
      if (header.type !== type) return undefined;
      const possible = mutationsAt(message, path).map(({ how }) => how);
      for (const how of PREFERENCE.filter((one) => possible.includes(one))) {
        const change = mutated(message, { path, how }, { ...sources, others: likeIn(said, path) });
        if (change === undefined) continue;
        told(how);
        return [{ ...truth, message: change }];
      }
      return undefined;
    }),
  };
};

export const nameOf = ({ liar, type, path }: Place): string => `${liar} ${type} ${path.join('.')}`;

/** Of a list the first two: what comes later is more of the same. */
const isWanted = (path: Path): boolean => path.every((name) => !(Number(name) > 1));

/** What others said in the same place. */
const likeIn = (said: readonly unknown[], path: Path) => (value: unknown) =>
  said
    .map((message) => path.reduce<unknown>((found, name) => (found as never)?.[name], message))
    .filter((other) => typeof other === typeof value && !same(other, value));

const same = (a: unknown, b: unknown): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;
