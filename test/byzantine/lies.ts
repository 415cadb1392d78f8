import type { NodeId } from '../../src/domain/ids.ts';
import type { Message, MessageType } from '../../src/domain/messages.ts';
import type { Heard, Letter, Lie, Spoken } from './liar.ts';

/** Lies told by hand: what a liar with a purpose says. */

/** What becomes of an envelope: the same for each recipient, and whenever it is repeated. */
export const instead = (
  rewrite: (spoken: Spoken, truth: Letter) => readonly Letter[] | undefined,
): Lie => {
  const written = new Map<string, readonly Letter[]>();
  return {
    speak: (spoken, truth) => {
      const known = written.get(spoken.id) ?? rewrite(spoken, truth);
      if (!known) return [truth];
      written.set(spoken.id, known);
      return known;
    },
  };
};

/** Another message in all envelopes of a type, or none where `change` gives none. */
export const changed = <T extends MessageType>(
  type: T,
  change: (message: Message<T>, spoken: Spoken) => unknown,
): Lie =>
  instead((spoken, truth) => {
    if (spoken.header.type !== type) return undefined;
    const message = change(spoken.message as Message<T>, spoken);
    return message === undefined ? [] : [{ ...truth, message }];
  });

/** The lie for these alone; the others are told the truth. */
export const only = (to: readonly NodeId[], lie: Lie): Lie => ({
  ...lie,
  speak: (spoken, truth) => (to.includes(spoken.to) ? lie.speak(spoken, truth) : [truth]),
});

/** Says nothing of a type, to anybody. */
export const silent = (type: MessageType): Lie => changed(type, () => undefined);

/** Says something else besides, once, on the occasion of the first envelope of a type to each recipient. */
export const adding = (
  type: MessageType,
  more: (spoken: Spoken, truth: Letter) => readonly Letter[],
): Lie =>
  instead((spoken, truth) =>
    spoken.header.type === type ? [truth, ...more(spoken, truth)] : undefined,
  );

/** All of them, each with what the one before it would say. */
export const together = (...lies: readonly Lie[]): Lie => ({
  speak: (spoken, truth) =>
    lies.reduce<readonly Letter[]>(
      (letters, lie) =>
        letters.flatMap((letter) => (letter === truth ? lie.speak(spoken, truth) : [letter])),
      [truth],
    ),
  hear: (heard: Heard) => {
    for (const lie of lies) lie.hear?.(heard);
  },
});
