import type { GossipsubOpts } from '@libp2p/gossipsub';
import type { PeerScoreThresholds, TopicScoreParams } from '@libp2p/gossipsub/score';
import { sha256 } from '../crypto/hash.ts';
import { MAX_TRANSMISSION_BYTES } from './transmission.ts';

/** How gossipsub (specs: gossipsub v1.2) is set up for topics that carry what is signed and resent above it. */
export const gossipOptions = (ownTopics: readonly string[]): Partial<GossipsubOpts> => ({
  // An envelope is signed by who wrote it; a second signature by the peer would only cost.
  globalSignaturePolicy: 'StrictNoSign',
  msgIdFn: ({ data }) => sha256(data),
  seenTTL: 30_000,

  // A sender does not take part in the inbox of its recipient, and must reach it past any other subscriber.
  floodPublish: true,
  allowPublishToZeroTopicPeers: true,
  emitSelf: false,
  fallbackToFloodsub: false,

  // Whatever matters is sent again by its sender, so gossip about messages seen (IHAVE, IWANT) would only cost, and
  // answers to it could be larger than the limits below.
  Dlazy: 0,
  gossipFactor: 0,
  mcacheLength: 1,
  mcacheGossip: 1,
  idontwantMinDataSize: Number.MAX_SAFE_INTEGER,

  // Peers are named by the operator: none is learnt from, or told to, a stranger.
  doPX: false,
  tagMeshPeers: false,

  dataTransform: {
    inboundTransform: (topic, data) => {
      if (!ownTopics.includes(topic)) throw new Error('not a topic of this node');
      return data;
    },
    outboundTransform: (_, data) => data,
  },

  // One message at a time, one message in a packet: what arrives is then limited by counting packets.
  awaitRpcHandler: true,
  awaitRpcMessageHandler: true,
  maxInboundDataLength: MAX_PACKET_BYTES,
  maxOutboundBufferSize: MAX_UNSENT_BYTES,
  decodeRpcLimits: {
    maxSubscriptions: 8,
    maxMessages: 1,
    maxControlMessages: 8,
    maxIhaveMessageIDs: 16,
    maxIwantMessageIDs: 16,
    maxIdontwantMessageIDs: 16,
    maxPeerInfos: 1,
  },
  maxInboundStreams: 2,
  maxOutboundStreams: 2,
  maxTopicBytesPerPeer: MAX_TOPICS_PER_PEER * TOPIC_COST_BYTES,

  scoreParams: {
    topics: Object.fromEntries(ownTopics.map((topic) => [topic, TOPIC_SCORE])),
    behaviourPenaltyWeight: -10,
    behaviourPenaltyThreshold: 6,
    behaviourPenaltyDecay: 0.9,
    // Many honest nodes may stand behind one address; hosts are limited by their connections.
    IPColocationFactorWeight: 0,
    // A peer that comes back starts at 0 whatever is retained (gossipsub 17.1): lasting is only the ban.
    retainScore: 60_000,
  },
  scoreThresholds: THRESHOLDS,
});

/** Of a length-prefixed packet (RPC): one message and its surroundings. */
export const MAX_PACKET_BYTES = MAX_TRANSMISSION_BYTES + 4_096;

/** Unsent to one peer; above, its stream is reset. Publishing waits long before (send-gate.ts). */
const MAX_UNSENT_BYTES = 8 * 1_048_576;

/** A node has two topics: its inbox and the identities. */
export const MAX_TOPICS_PER_PEER = 8;
/** gossipsub counts 1,024 bytes for each and its name. */
const TOPIC_COST_BYTES = 1_024 + 128;

/**
 * Nothing earns credit that could be spent on spam, silence is no fault in a quiet topic, and each invalid message
 * costs more than the one before: 10 n². Half of them are forgotten after ten minutes.
 */
const TOPIC_SCORE: TopicScoreParams = {
  topicWeight: 1,
  timeInMeshWeight: 0,
  timeInMeshQuantum: 1_000,
  timeInMeshCap: 1,
  firstMessageDeliveriesWeight: 0,
  firstMessageDeliveriesDecay: 0.5,
  firstMessageDeliveriesCap: 1,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 1,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 0,
  meshMessageDeliveriesActivation: 1_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
  invalidMessageDeliveriesWeight: -10,
  invalidMessageDeliveriesDecay: 0.5 ** (1 / 600),
};

/** One invalid message: out of the mesh. Four: nothing is sent to it. Five: nothing is taken from it. */
const THRESHOLDS: PeerScoreThresholds = {
  gossipThreshold: -10,
  publishThreshold: -150,
  graylistThreshold: -200,
  acceptPXThreshold: Number.MAX_SAFE_INTEGER,
  opportunisticGraftThreshold: 0,
};
