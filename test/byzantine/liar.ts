import { cidOf } from '../../src/crypto/hash.ts';
import type { EnvelopeId, KeyStateId, NodeId } from '../../src/domain/ids.ts';
import type { Evidence } from '../../src/domain/messages.ts';
import type { Head, Header } from '../../src/domain/envelope.ts';
import { openBody } from '../../src/envelope/body.ts';
import { decodeEnvelope, detachEnvelope, type Decoded } from '../../src/envelope/codec.ts';
import { commitmentOf, unwrapKey } from '../../src/envelope/content-key.ts';
import { sealEnvelope } from '../../src/envelope/seal.ts';
import { CodecError, CryptoError, EnvelopeError } from '../../src/errors.ts';
import type { KeyState } from '../../src/identity/key-state.ts';
import type { IdentityKeys } from '../../src/identity/own-keys.ts';
import type { World } from '../../src/node/assemble.ts';
import { openVault } from '../../src/node/vault.ts';
import type { Random } from '../../src/ports/random.ts';
import { inboxTopic } from '../../src/transport/topics.ts';
import type { Transport } from '../../src/transport/transport.ts';

/**
 * A Byzantine party: a production node whose envelopes somebody with its keys reads and rewrites on their way to the
 * network. The node knows nothing of it, which makes the best of liars: it goes on with the protocol as if it had told the
 * truth. What leaves is sealed anew, numbered as the liar likes and signed with the node's real key, to each recipient
 * something else if the lie wants it so.
 */
export interface Liar {
  /** The world in which the node lives; again after each restart. */
  around(world: World): Promise<World>;
}

/** What to send in the place of what the node sends. */
export interface Lie {
  /**
   * What goes to one recipient instead of an envelope: `truth`, letters in any number, or nothing. Asked again for each
   * repetition. A letter that is the same object is the same envelope, byte for byte, whoever gets it and however often.
   */
  speak(spoken: Spoken, truth: Letter): readonly Letter[];
  /** Everything that reaches the node, before the node has it. */
  hear?(heard: Heard): void;
}

/** An envelope on its way to one of its recipients, opened. */
export interface Spoken {
  id: EnvelopeId;
  to: NodeId;
  header: Header;
  message: unknown;
}

export interface Heard {
  header: Header;
  message: unknown;
  /** The envelope with what opens it: proof for anybody. */
  evidence: Evidence;
}

/** What the liar chooses of an envelope. Whom it names as recipients stays as it was. */
export interface Letter {
  type: string;
  stream: string | null;
  seq: number;
  at: number;
  until: number;
  message: unknown;
  head: Head | null;
}

export const createLiar = (deps: {
  network: string;
  lie: Lie;
  random: Random;
  /** Everybody's key states. */
  states(key: KeyStateId): KeyState;
}): Liar => {
  const { network, lie, random } = deps;
  /** Content keys by the commitment to them: the node draws them, the liar looks on. */
  const contentKeys = new Map<string, Buffer>();
  const spoken = new Map<EnvelopeId, Truth>();
  const sealed = new Map<Letter, Uint8Array>();

  const watched = (source: Random): Random => ({
    bytes: (length) => {
      const drawn = source.bytes(length);
      if (length === 32) contentKeys.set(hex(commitmentOf(drawn)), Buffer.from(drawn));
      return drawn;
    },
  });

  const truthIn = (bytes: Uint8Array): Truth => {
    const known = spoken.get(cidOf(bytes));
    if (known) return known;
    const decoded = decodeEnvelope(bytes);
    const { header, commit } = decoded.envelope;
    const contentKey = contentKeys.get(hex(commit));
    if (!contentKey) throw new RangeError('an envelope whose content key nobody saw');
    const { message, head } = contentOf(decoded, contentKey);
    const { type, stream, seq, at, until } = header;
    const letter = { type, stream, seq, at, until, message, head };
    const truth = { id: decoded.id, header, letter };
    sealed.set(letter, bytes);
    spoken.set(decoded.id, truth);
    return truth;
  };

  const transportOf = (transport: Transport, keys: Keys, world: World): Transport => {
    const seal = (letter: Letter, { header }: Truth): Uint8Array => {
      const { bytes } = sealEnvelope({
        ...letter,
        recipients: header.to.map(({ key }) => deps.states(key)),
        keys: keysAt(keys, header.key),
        random,
        encapsulate: world.encapsulate,
      });
      sealed.set(letter, bytes);
      return bytes;
    };
    /** A lie that cannot be sealed, because it is too large or no data at all, is not told. */
    const sealOr = (letter: Letter, truth: Truth, instead: Uint8Array): Uint8Array => {
      try {
        return seal(letter, truth);
      } catch (thrown) {
        if (thrown instanceof EnvelopeError || thrown instanceof CodecError) return instead;
        throw thrown;
      }
    };
    const listen = (bytes: Uint8Array): void => {
      const heard = lie.hear && heardIn(bytes, keys, world);
      if (heard) lie.hear?.(heard);
    };
    return {
      ...transport,
      publish: async (topic, bytes) => {
        const truth = isInbox(topic) ? truthIn(bytes) : undefined;
        const to = truth?.header.to.find(({ id }) => inboxTopic(network, id) === topic)?.id;
        if (!truth || to === undefined) return transport.publish(topic, bytes);
        const { id, header, letter } = truth;
        let handed = 0;
        for (const said of lie.speak({ id, to, header, message: letter.message }, letter))
          handed += await transport.publish(topic, sealed.get(said) ?? sealOr(said, truth, bytes));
        return handed;
      },
      join: (topic, receive) =>
        transport.join(topic, (bytes, via) => {
          if (isInbox(topic)) listen(bytes);
          return receive(bytes, via);
        }),
    };
  };

  return {
    around: async (world) => {
      const store = await world.openNodeStore();
      const { keys } = await openVault({ store, keystore: world.keystore, random });
      await store.close();
      return {
        ...world,
        random: watched(world.random),
        createNetwork: (own) => {
          const { transport, documents } = world.createNetwork(own);
          return { transport: transportOf(transport, { self: own.node, keys }, world), documents };
        },
      };
    },
  };
};

interface Truth {
  id: EnvelopeId;
  header: Header;
  letter: Letter;
}

interface Keys {
  self: NodeId;
  keys: ReadonlyMap<KeyStateId, IdentityKeys>;
}

const keysAt = ({ keys }: Keys, state: KeyStateId): IdentityKeys => {
  const found = keys.get(state);
  if (!found) throw new RangeError('signed with keys that are not here');
  return found;
};

/** Undefined for what is not for this node, or does not open: others lie, too. */
const heardIn = (bytes: Uint8Array, keys: Keys, _world: World): Heard | undefined => {
  try {
    const decoded = decodeEnvelope(bytes);
    const { header, wraps } = decoded.envelope;
    const place = header.to.findIndex(({ id }) => id === keys.self);
    const [to, wrap] = [header.to[place], wraps[place]];
    if (!to || !wrap) return undefined;
    const { headerHash } = decoded;
    const privateKey = keysAt(keys, to.key).kem;
    const cek = unwrapKey({ wrap, to, header: headerHash, privateKey });
    const { message } = contentOf(decoded, cek);
    return { header, message, evidence: { envelope: detachEnvelope(decoded), cek } };
  } catch (thrown) {
    if (thrown instanceof EnvelopeError || thrown instanceof CryptoError) return undefined;
    if (thrown instanceof CodecError) return undefined;
    throw thrown;
  }
};

const contentOf = ({ envelope, headerHash }: Decoded, contentKey: Buffer) =>
  openBody(envelope.body, { contentKey, header: headerHash, commit: envelope.commit });

const isInbox = (topic: string): boolean => topic.includes('/inbox/');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
