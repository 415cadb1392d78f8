import type { DocumentStore } from '../docstore/document-store.ts';
import { decode } from '../domain/canonical.ts';
import { Block, MAX_BLOCK_BYTES, MAX_OPERATIONS, Operation } from '../domain/identity.ts';
import type { KeyStateId, NodeId } from '../domain/ids.ts';
import { parse } from '../domain/schema.ts';
import { IdentityError } from '../errors.ts';
import type { Directory } from './directory.ts';

/**
 * Gets the chain of an identity from peers, newest block first, until it meets what is known here; then merges it,
 * oldest first. Each block is named by its hash, so a wrong one cannot be given; a chain of another identity than the
 * one looked for is dropped before anything of it is kept.
 * @throws DocstoreError; IdentityError identity/malformed, and every code of `Registry.merge`
 */
export const fetchChain = async (
  deps: { directory: Directory; documents: DocumentStore; keep: (joined: Kept) => Promise<void> },
  wanted: { id: NodeId; head: KeyStateId },
  signal?: AbortSignal,
): Promise<void> => {
  const { directory, documents } = deps;
  const { id, head } = wanted;
  const blocks: Uint8Array[] = [];
  let at: KeyStateId = head;
  while (!directory.knows(at)) {
    if (blocks.length >= MAX_OPERATIONS)
      throw new IdentityError('identity/limit', 'the chain is too long');
    const bytes = await documents.fetch(at, signal);
    blocks.push(bytes);
    const prev = predecessorOf(bytes);
    if (prev === null) {
      if (at !== id)
        throw new IdentityError('identity/malformed', 'the chain is of another identity');
      break;
    }
    at = prev;
  }
  if (directory.knows(at) && directory.stateAt(at).id !== id)
    throw new IdentityError('identity/malformed', 'the chain is of another identity');
  for (const block of blocks.toReversed()) await deps.keep(await directory.merge(block));
};

type Kept = Awaited<ReturnType<Directory['merge']>>;

/** Which block it names before it: read, not believed. */
const predecessorOf = (bytes: Uint8Array): KeyStateId | null => {
  const { op } = parse(Block, decode(bytes, MAX_BLOCK_BYTES), 'block');
  return parse(Operation, decode(op), 'operation').prev;
};
