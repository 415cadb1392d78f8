import { base32 } from 'multiformats/bases/base32';
import { taggedHash } from '../crypto/hash.ts';
import type { NodeId } from '../domain/ids.ts';

/**
 * Names of the topics of a network (docs/protocol.md, sections 1 and 3). A topic per recipient: nobody handles mail
 * that is not theirs, so the cost of a node does not grow with the network.
 */

/** Of H("milagro/inbox/v1", NodeId): enough that nobody can grind a second node with the same topic. */
const DIGEST_BYTES = 20;

/** Where envelopes for one node are published. */
export const inboxTopic = (network: string, node: NodeId): string =>
  inboxPrefix(network) +
  plainBase32(taggedHash('milagro/inbox/v1', node).subarray(0, DIGEST_BYTES));

/** Where heads of identities are announced to everybody. */
export const identityTopic = (network: string): string => `/milagro/1/${network}/identity`;

/** Is it one of the two kinds of topics of this network? Anything else is nobody's business here. */
export const isTopicOf = (network: string, topic: string): boolean => {
  if (topic === identityTopic(network)) return true;
  const prefix = inboxPrefix(network);
  return topic.startsWith(prefix) && INBOX_NAME.test(topic.slice(prefix.length));
};

const inboxPrefix = (network: string): string => `/milagro/1/${network}/inbox/`;

/** RFC 4648, section 6, lower case; 20 bytes fill 32 characters exactly, so there is no padding. */
const plainBase32 = (bytes: Uint8Array): string => base32.encode(bytes).slice('b'.length);
const INBOX_NAME = /^[a-z2-7]{32}$/;
