import type { Announcement } from '../domain/announcement.ts';
import type { NodeId } from '../domain/ids.ts';
import { identityTopic, inboxTopic } from '../transport/topics.ts';
import type { Transport } from '../transport/transport.ts';
import type { Directory } from './directory.ts';

/** Nodes, as the transport knows them: who listens on which topic, and where. */
export interface Contacts {
  /** Hands an envelope to the network. Never rejects: what is not acknowledged is sent again. */
  send(node: NodeId, bytes: Uint8Array): Promise<void>;
  /** Tells everybody about identities. */
  announce(bytes: Uint8Array): Promise<void>;
  /** Keeps a connection to a node, where its newest addresses say. */
  reach(node: NodeId): void;
  isReached(node: NodeId): boolean;
  /** Tries an address that a stranger gave for a node. */
  approach(node: NodeId, contact: Announcement['contact']): void;
  forget(node: NodeId): void;
  /** The node whose inbox a topic is, if it is one that this node keeps in reach. */
  nodeOf(topic: string): NodeId | undefined;
  /** Where this node is reached itself. */
  own(): Announcement['contact'];
}

const MOST_ADDRESSES = 16;

export const createContacts = (deps: {
  network: string;
  directory: Directory;
  transport: Transport;
}): Contacts => {
  const { network, directory, transport } = deps;
  /** Topics are digests: they are looked up, not read. */
  const nodes = new Map<string, NodeId>();
  const reached = new Set<NodeId>();

  const reach = (node: NodeId): void => {
    reached.add(node);
    nodes.set(inboxTopic(network, node), node);
    const contact = directory.contact(node);
    if (contact) transport.connect(contact);
  };

  return {
    send: async (node, bytes) => {
      // Parties of an order need not be pinned: whoever is written to is kept in reach.
      if (!reached.has(node)) reach(node);
      await transport.publish(inboxTopic(network, node), bytes);
    },
    announce: async (bytes) => {
      await transport.publish(identityTopic(network), bytes);
    },
    reach,
    isReached: (node) => reached.has(node),
    approach: (node, { peer, addrs }) => transport.connect({ node, peer, addrs }),
    forget: (node) => {
      const contact = directory.contact(node);
      reached.delete(node);
      if (contact) transport.forget(contact.peer);
    },
    nodeOf: (topic) => nodes.get(topic),
    own: () => ({
      peer: directory.newestHeld().keys.peerId,
      addrs: transport.addresses().slice(0, MOST_ADDRESSES),
    }),
  };
};
