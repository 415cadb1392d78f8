import { blsKeyFromSeed, blsSign, blsVerify } from '../../src/crypto/bls.ts';
import { provePossession, verifyPossession } from '../../src/crypto/proof-of-knowledge.ts';
import { publicKeyOf, randomScalar } from '../../src/crypto/secp256k1.ts';
import { cidOf } from '../../src/crypto/hash.ts';
import { encode } from '../../src/domain/canonical.ts';
import { systemRandom as random } from '../../src/ports/random.ts';
import { timed } from './measure.ts';

const RUNS = 100;

/** Medians of the arithmetic of an order, ms. */
export const proofTimes = () => {
  const secret = randomScalar(random);
  const point = publicKeyOf(secret);
  const scope = {
    ctx: random.bytes(32),
    role: 'beneficiary' as const,
    node: cidOf(encode('bench')),
  };
  const { proof } = provePossession({ ...scope, secret, random });
  const key = blsKeyFromSeed(random.bytes(32));
  const message = random.bytes(32);
  const signature = blsSign(key, message);
  return {
    prove: timed(() => provePossession({ ...scope, secret, random }), RUNS),
    check: timed(() => verifyPossession({ ...scope, point, proof }), RUNS),
    multiply: timed(() => publicKeyOf(secret), RUNS),
    sign: timed(() => blsSign(key, message), RUNS),
    verify: timed(() => blsVerify(key.publicKey, message, signature), RUNS),
  };
};
