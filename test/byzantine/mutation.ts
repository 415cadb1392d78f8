import { randomScalar, publicKeyOf, parsePoint, encodePoint } from '../../src/crypto/secp256k1.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Dice } from '../simulation/seeded-random.ts';
import { CryptoError } from '../../src/errors.ts';

/**
 * Changes one place of a decoded message, whatever the message is: a leaf becomes another value, of the same shape or not,
 * a list or a map loses, repeats, swaps or gains something.
 */

/** From the root: names and positions. */
export type Path = readonly (string | number)[];

export interface Mutation {
  path: Path;
  how: How;
}

/** `other`: the value of another party or message, of the same kind. */
export type How =
  | 'bit'
  | 'zero'
  | 'negated'
  | 'other'
  | 'fresh'
  | 'cut'
  | 'longer'
  | 'gone'
  | 'more'
  | 'kind'
  | 'swapped';

/** Those that keep the shape of a message, so that more than its schema has to refuse them. */
export const SAME_SHAPE: readonly How[] = ['bit', 'zero', 'negated', 'other', 'fresh', 'swapped'];

/** Every place in a value, the root first. */
export const placesIn = (value: unknown, path: Path = []): Path[] => [
  path,
  ...childrenOf(value).flatMap(([name, child]) => placesIn(child, [...path, name])),
];

/** All that can be done at a place. */
export const mutationsAt = (root: unknown, path: Path): Mutation[] =>
  (at(root, path) === undefined ? [] : HOWS)
    .filter((how) => isApplicable(how, at(root, path), path))
    .map((how) => ({ path, how }));

/** What a mutation draws from. */
export interface Sources {
  dice: Dice;
  random: Random;
  /** Values of the same kind that were seen elsewhere. */
  others(value: unknown): readonly unknown[];
}

/** A copy with the mutation, in which something is different; undefined where it would change nothing. */
export const mutated = (root: unknown, { path, how }: Mutation, sources: Sources): unknown => {
  const copy: unknown = structuredClone(root);
  const old = at(copy, path);
  const name = path.at(-1);
  const holder = name === undefined ? undefined : at(copy, path.slice(0, -1));
  if (how === 'gone') {
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else if (isMap(holder)) delete holder[String(name)];
    return copy;
  }
  const changed = change(how, old, sources);
  if (changed === undefined) return undefined;
  if (name === undefined) return changed;
  (holder as Record<string | number, unknown>)[name] = changed;
  return copy;
};

const HOWS: readonly How[] = [...SAME_SHAPE, 'cut', 'longer', 'gone', 'more', 'kind'];

const isApplicable = (how: How, value: unknown, path: Path): boolean => {
  switch (how) {
    case 'bit':
      return isLeaf(value) && value !== null;
    case 'zero':
      return typeof value === 'number' || value instanceof Uint8Array;
    case 'negated':
      return typeof value === 'number' || (value instanceof Uint8Array && value.length === 33);
    case 'fresh':
      return value instanceof Uint8Array && (value.length === 33 || value.length === 32);
    case 'other':
      return isLeaf(value);
    case 'cut':
    case 'longer':
      return (isLeaf(value) && lengthOf(value) > 0) || Array.isArray(value);
    case 'swapped':
      return childrenOf(value).length > 1;
    case 'more':
      return isMap(value);
    case 'gone':
      return path.length > 0;
    case 'kind':
      return true;
  }
};

const change = (how: How, old: unknown, { dice, random, others }: Sources): unknown => {
  switch (how) {
    case 'bit':
      return withBitFlipped(old, dice);
    case 'zero':
      return typeof old === 'number' ? 0 : new Uint8Array(lengthOf(old));
    case 'negated':
      return typeof old === 'number' ? -1 - old : negated(old as Uint8Array);
    case 'fresh': {
      const scalar = randomScalar(random);
      return lengthOf(old) === 33 ? publicKeyOf(scalar) : scalar;
    }
    case 'other': {
      const found = others(old);
      return found.length === 0 ? undefined : dice.pick(found);
    }
    case 'cut':
      return (old as string | unknown[] | Uint8Array).slice(0, -1);
    case 'longer':
      return longer(old);
    case 'swapped':
      return swapped(old, dice);
    case 'more':
      return { ...(old as object), extra: 1 };
    case 'kind':
      return typeof old === 'string' ? 7 : 'other';
    case 'gone':
      return undefined;
  }
};

const withBitFlipped = (old: unknown, dice: Dice): unknown => {
  if (typeof old === 'number') return old + dice.pick([1, -1, 1_000, 2 ** 40]);
  if (typeof old === 'boolean') return !old;
  if (typeof old === 'string') {
    if (old.length === 0) return 'a';
    const place = dice.between(0, old.length - 1);
    return `${old.slice(0, place)}${old[place] === 'a' ? 'b' : 'a'}${old.slice(place + 1)}`;
  }
  const bytes = Uint8Array.from(old as Uint8Array);
  const place = dice.between(0, bytes.length - 1);
  bytes[place] = (bytes[place] ?? 0) ^ (1 << dice.between(0, 7));
  return bytes;
};

/** The opposite point, or undefined for what is none. */
const negated = (point: Uint8Array): Uint8Array | undefined => {
  try {
    return encodePoint(parsePoint(point).negate());
  } catch (thrown) {
    if (thrown instanceof CryptoError) return undefined;
    throw thrown;
  }
};

const longer = (old: unknown): unknown => {
  if (typeof old === 'string') return `${old}a`;
  if (Array.isArray(old)) return [...old, ...(old.length > 0 ? [old.at(-1)] : [0])];
  return Uint8Array.of(...(old as Uint8Array), 1);
};

const swapped = (old: unknown, dice: Dice): unknown => {
  const names = childrenOf(old).map(([name]) => name);
  const one = dice.between(0, names.length - 2);
  const [a, b] = [names[one] ?? 0, names[dice.between(one + 1, names.length - 1)] ?? 0];
  const copy = structuredClone(old) as Record<string | number, unknown>;
  [copy[a], copy[b]] = [copy[b], copy[a]];
  return copy;
};

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (found, name) => (found as Record<string | number, unknown> | undefined)?.[name],
    value,
  );

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array);

const isLeaf = (value: unknown): boolean => !isMap(value) && !Array.isArray(value);

const lengthOf = (value: unknown): number =>
  typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;

const childrenOf = (value: unknown): [string | number, unknown][] => {
  if (Array.isArray(value)) return value.map((child: unknown, index) => [index, child]);
  return isMap(value) ? Object.entries(value) : [];
};
