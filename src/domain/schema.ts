import { Type, type Static, type TProperties, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { CodecError } from '../errors.ts';
import { CID_PATTERN } from './ids.ts';

/**
 * What the schemas of all borders share. A schema is data: it gives the TypeScript type (`Static`) and the check.
 * Property names of a schema must not be names that every object inherits (`constructor`, `toString`).
 */

/** A map with exactly these properties: an unknown one is refused, so nothing can be smuggled past a signature. */
export const closed = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });

/** A byte string of `least` to `most` bytes. */
export const bytesBetween = (least: number, most: number) =>
  Type.Refine(
    Type.Unsafe<Uint8Array>({}),
    (value) => value instanceof Uint8Array && value.length >= least && value.length <= most,
    () => (least === most ? `must be ${least} bytes` : `must be ${least} to ${most} bytes`),
  );

/** A byte string of exactly `length` bytes. */
export const bytes = (length: number) => bytesBetween(length, length);

/** A CID as text (see ids.ts). */
export const cid = () => Type.String({ pattern: CID_PATTERN });

/** A safe integer in [least, most]. */
export const integer = (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  Type.Integer({ minimum: least, maximum: most });

/** Milliseconds since the epoch, UTC: the range of a JavaScript Date, not before 1970. */
export const time = () => integer(0, 8_640_000_000_000_000);

/**
 * Text of 1 to `most` code points without control, format, surrogate or line-separating characters: it may be shown
 * on a terminal and in a log as it is.
 */
export const text = (most: number) =>
  Type.String({ pattern: `^[^\\p{C}\\p{Zl}\\p{Zp}]{1,${most}}$` });

/** What `parse` needs of a compiled schema. */
interface Compiled {
  Check(value: unknown): boolean;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

/** Compiling costs milliseconds: each schema once, when it is first used. */
const compiled = new WeakMap<TSchema, Compiled>();

const compile = (schema: TSchema): Compiled => {
  const known = compiled.get(schema);
  if (known) return known;
  const fresh: Compiled = Compile(schema);
  compiled.set(schema, fresh);
  return fresh;
};

/** Names in a path may be a stranger's choice: enough to find the place, not to flood a log or steer a terminal. */
const shownPath = (path: string): string => path.slice(0, 120).replaceAll(/[^\w/~.-]/g, '?');

/**
 * `value`, known to have the schema's shape. Not copied: it is the same object.
 * @param what names the value in the error, e.g. `envelope`
 * @throws CodecError codec/schema, naming the path that is wrong and what is expected there, never what was found
 */
export const parse = <Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  what: string,
): Static<Schema> => {
  const check = compile(schema);
  if (check.Check(value)) return value as Static<Schema>;
  const first = check.Errors(value)[0];
  const path = shownPath(first?.instancePath ?? '');
  // A closed map compares an unknown name with the schema `false`.
  const said = first?.message === 'schema is false' ? 'is not known here' : first?.message;
  throw new CodecError('codec/schema', `${what}${path}: ${said ?? 'wrong shape'}`);
};
