/**
 * Transitions that the machines share. A received fact is taken in whatever the state: order of arrival never matters,
 * so a role first remembers, and its states go on by themselves when what they wait for is there.
 */

/** Remember what is new. */
export const note = { guard: 'isNews', actions: 'remember' } as const;

/** Blame what proves a fault, else remember what is new. */
export const learn = [{ guard: 'isFault', actions: 'accuseMaker' }, note] as const;

/** Blame changes nothing that is ready: the own one is told to everybody, that of others remembered. */
export const learnBlame = [
  { guard: 'isOwn', actions: ['remember', 'sendAccusation'] },
  note,
] as const;

/** A verdict ends what is not ready. Every seat hears of it from who reached it. */
export const failByVerdict = [
  { guard: 'isOwnVerdict', target: '#failed', actions: ['remember', 'end', 'sendAccusation'] },
  { guard: 'isVerdict', target: '#failed', actions: ['remember', 'end'] },
] as const;

/** A suspicion of its own keeps a role waiting until somebody proves who lied, or the deadline passes. */
const dispute = {
  guard: 'isOwn',
  target: '.disputing',
  actions: ['remember', 'dispute', 'sendAccusation'],
} as const;

/** While the wallet is formed, for all but the principal: the principal may cancel, and time may run out. */
export const forming = {
  'order.accused': [...failByVerdict, dispute],
  'order.cancelled': { guard: 'isNews', target: '#cancelled', actions: 'end' },
  'deadline.passed': [
    {
      guard: { type: 'isPassed', params: { name: 'expiry' } },
      target: '#expired',
      actions: 'end',
    },
    {
      guard: { type: 'isPassed', params: { name: 'dispute' } },
      target: '#failed',
      actions: 'end',
    },
  ],
} as const;

/** The answers to the effects `contribute` and `certify` go to every other seat. */
export const contributed = { guard: 'isOwn', actions: ['remember', 'sendContribution'] } as const;
export const certified = { guard: 'isOwn', actions: ['remember', 'sendCertification'] } as const;
