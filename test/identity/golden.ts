import { readFileSync } from 'node:fs';
import type { IdentitySecrets } from '../../src/identity/own-keys.ts';

/** The identities of fixtures/identities, whose secrets are public. */
export interface GoldenIdentity {
  label: string;
  id: string;
  fingerprint: string;
  states: GoldenState[];
}

export interface GoldenState {
  type: 'inception' | 'rotation' | 'revocation';
  keyId: string;
  name: string;
  addrs: string[];
  at: number;
  /** Hex. */
  seeds: Record<keyof IdentitySecrets, string>;
  /** base64url */
  block: string;
}

const path = new URL('../../fixtures/identities/identities.json', import.meta.url);
export const goldenIdentities = (
  JSON.parse(readFileSync(path, 'utf8')) as { identities: GoldenIdentity[] }
).identities;

export const goldenIdentity = (label: string): GoldenIdentity => {
  const found = goldenIdentities.find((identity) => identity.label === label);
  if (!found) throw new Error(`no golden identity ${label}`);
  return found;
};

export const secretsOf = ({ seeds }: GoldenState): IdentitySecrets => ({
  sign: Buffer.from(seeds.sign, 'hex'),
  next: Buffer.from(seeds.next, 'hex'),
  kem: Buffer.from(seeds.kem, 'hex'),
  bls: Buffer.from(seeds.bls, 'hex'),
  peer: Buffer.from(seeds.peer, 'hex'),
});

export const blockOf = ({ block }: GoldenState): Buffer => Buffer.from(block, 'base64url');
