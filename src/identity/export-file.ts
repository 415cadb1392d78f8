import { base64urlnopad } from '@scure/base';
import { MAX_BLOCK_BYTES, MAX_OPERATIONS } from '../domain/identity.ts';
import { isCid, type NodeId } from '../domain/ids.ts';
import { IdentityError, reason } from '../errors.ts';
import { foldChain, type KeyState } from './key-state.ts';
import { verifyBlock } from './verify-block.ts';

/**
 * An identity as a small text file, to be handed over by people: the whole chain of blocks, so that the receiver
 * needs no network to check it. Public, and self-certifying: the only thing to compare is the NodeId (or its
 * fingerprint).
 *
 *     milagro-identity 1
 *     bafyrei…                   the NodeId
 *     omJvcFkG…                  one block per line, base64url without padding, inception first
 *
 * Every line ends with one LF.
 */
const FIRST_LINE = 'milagro-identity 1';

/** Characters, at most: more than the longest chain needs. */
export const MAX_EXPORT_LENGTH = MAX_OPERATIONS * (Math.ceil((MAX_BLOCK_BYTES * 4) / 3) + 1) + 128;

export interface IdentityExport {
  state: KeyState;
  /** The chain, inception first. */
  blocks: Uint8Array[];
}

/** @param chain the blocks of one identity, inception first */
export const writeExport = (id: NodeId, chain: readonly Uint8Array[]): string =>
  [FIRST_LINE, id, ...chain.map((block) => base64urlnopad.encode(block)), ''].join('\n');

/**
 * The identity in a file, verified completely.
 * @throws IdentityError identity/malformed (not this format, or not the chain of the id it names), and every code of
 * `verifyBlock` and `foldChain`
 */
export const readExport = (text: string): IdentityExport => {
  if (text.length > MAX_EXPORT_LENGTH) throw malformed('too long');
  const [first, id, ...lines] = text.split('\n');
  if (first !== FIRST_LINE) throw malformed(`does not begin with "${FIRST_LINE}"`);
  if (id === undefined || !isCid(id)) throw malformed('line 2 is not a node id');
  if (lines.pop() !== '') throw malformed('the last line does not end');
  if (lines.length > MAX_OPERATIONS) throw malformed('too many blocks');
  const blocks = lines.map(decodeLine);
  const state = foldChain(blocks.map(verifyBlock));
  if (state.id !== id) throw malformed('the chain is of another identity than the one it names');
  return { state, blocks };
};

const decodeLine = (line: string): Uint8Array => {
  try {
    return base64urlnopad.decode(line);
  } catch (cause) {
    throw malformed(`a line is not base64url: ${reason(cause)}`);
  }
};

const malformed = (why: string): IdentityError =>
  new IdentityError('identity/malformed', `not an identity file: ${why}`);
