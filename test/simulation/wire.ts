import { shortId, type EnvelopeId } from '../../src/domain/ids.ts';
import { decodeEnvelope } from '../../src/envelope/codec.ts';
import { cidOf } from '../../src/crypto/hash.ts';
import type { Random } from '../../src/ports/random.ts';
import type { Hooks, Transmission } from '../../src/transport/memory-network.ts';
import { drawChance } from '../../src/transport/network-faults.ts';
import { identityTopic } from '../../src/transport/topics.ts';
import type { PeerId } from '../../src/transport/transport.ts';
import { NETWORK } from './cast.ts';
import type { Judge } from './judge.ts';
import type { Splices } from './splices.ts';
import type { Station } from './station.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Loses envelopes, writes down what is on the way, and checks that nothing leaves a node before it is durable there. */
export interface Wire {
  hooks: Hooks;
  /** Judges what was sent while it was not known what the sender's log holds. */
  settle(): void;
}

const ANNOUNCEMENTS = identityTopic(NETWORK);

export const createWire = (deps: {
  random: Random;
  /** Probability, now. */
  loss(): number;
  stations: ReadonlyMap<string, Station>;
  time: VirtualTime;
  trace: Trace;
  judge: Judge;
  /** Somebody on the way, who sends more in place of what is sent. */
  splices?: Splices;
}): Wire => {
  const { random, stations, time, trace, judge, splices } = deps;
  const labels = new Map<
    EnvelopeId,
    {
      label: string;
      /** What belongs to an order; the others are made anew whenever they are needed. */
      isLogged: boolean;
    }
  >();
  let suspects: { station: Station; id: EnvelopeId; label: string }[] = [];

  const labelOf = ({ topic, bytes }: Pick<Transmission, 'topic' | 'bytes'>) => {
    const id = cidOf(bytes);
    const known = labels.get(id);
    if (known) return { id, ...known };
    const { type, stream } =
      topic === ANNOUNCEMENTS
        ? { type: 'announcement', stream: null }
        : decodeEnvelope(bytes).envelope.header;
    const made = { label: `${type} ${shortId(id)}`, isLogged: stream !== null };
    labels.set(id, made);
    return { id, ...made };
  };

  const byPeer = new Map<PeerId, Station>();
  const at = (peer: PeerId): Station => {
    if (byPeer.size === 0) for (const one of stations.values()) byPeer.set(one.member.peer, one);
    const station = byPeer.get(peer);
    if (!station) throw new RangeError('a peer of no station');
    return station;
  };

  return {
    hooks: {
      transmit: (transmission) => {
        const { from, to, bytes } = transmission;
        const station = at(from);
        const { id, label, isLogged } = labelOf(transmission);
        if (isLogged && !station.chronicle.holds(id)) suspects.push({ station, id, label });
        const lost = drawChance(random, deps.loss());
        trace.note(time.now(), station.name, `${lost ? '-x' : '->'} ${at(to).name} ${label}`);
        return [...(lost ? [] : [bytes]), ...(splices?.of(transmission) ?? [])];
      },
      delivered: (delivery) => {
        const { from, to, bytes, verdict } = delivery;
        const { label } = labelOf(delivery);
        trace.note(time.now(), at(to).name, `<- ${at(from).name} ${label} ${verdict}`);
        if (verdict === 'accept' && splices?.made(bytes))
          judge.violated({
            guarantee: '-',
            node: at(to).name,
            text: `believes a spliced ${label}`,
          });
      },
    },

    settle: () => {
      suspects = suspects.filter(({ station, id, label }) => {
        if (station.chronicle.holds(id)) return false;
        if (station.chronicle.unsure()) return true;
        if (!station.isHonest) return false;
        judge.violated({
          guarantee: 'G1',
          node: station.name,
          text: `sent ${label}, which its log does not hold`,
        });
        return false;
      });
    },
  };
};
