/**
 * Every error that leaves a layer is a MilagroError with a stable, documented `code`
 * (docs/errors.md lists each with its cause and remedy; a test compares).
 * A message never carries a secret: it may be logged, shown and sent to a peer.
 */

/** What a caller can do about it; the API derives its HTTP status from this, the CLI its exit code. */
export class MilagroError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** Bytes that are not the one canonical encoding of a value within the limits. */
export type CodecCode =
  | 'codec/too-large'
  | 'codec/too-deep'
  | 'codec/too-many-items'
  | 'codec/malformed'
  | 'codec/not-canonical'
  | 'codec/schema';
export class CodecError extends MilagroError<CodecCode> {}

export type CryptoCode =
  | 'crypto/length'
  | 'crypto/scalar-range'
  | 'crypto/point-invalid'
  | 'crypto/point-identity'
  | 'crypto/proof-invalid'
  | 'crypto/signature-invalid'
  | 'crypto/key-invalid'
  | 'crypto/decrypt-failed'
  | 'crypto/commitment-count'
  | 'crypto/commitment-duplicate'
  | 'crypto/share-invalid'
  | 'crypto/shares-insufficient'
  | 'crypto/roster'
  | 'crypto/state-invalid';
export class CryptoError extends MilagroError<CryptoCode> {}

/** In the order in which an envelope is examined, cheapest first (docs/protocol.md, section 2). */
export type EnvelopeCode =
  | 'envelope/too-large'
  | 'envelope/malformed'
  | 'envelope/suite'
  | 'envelope/not-for-me'
  | 'envelope/sender-unknown'
  | 'envelope/sender-key'
  | 'envelope/sender-revoked'
  | 'envelope/recipient-key'
  | 'envelope/rate'
  | 'envelope/expired'
  | 'envelope/repeated'
  | 'envelope/signature'
  | 'envelope/unopened'
  | 'envelope/schema'
  | 'envelope/recipients'
  | 'envelope/message-too-large';
export class EnvelopeError extends MilagroError<EnvelopeCode> {}

export type IdentityCode =
  | 'identity/malformed'
  | 'identity/signature'
  | 'identity/possession'
  | 'identity/sequence'
  | 'identity/not-committed'
  | 'identity/revoked'
  | 'identity/unknown'
  | 'identity/incomplete'
  | 'identity/duplicity'
  | 'identity/limit'
  | 'identity/exists';
export class IdentityError extends MilagroError<IdentityCode> {}

export type CoinCode = 'coin/unknown' | 'coin/key-invalid';
export class CoinError extends MilagroError<CoinCode> {}

export type LogCode =
  | 'log/corrupt'
  | 'log/in-use'
  | 'log/write-failed'
  | 'log/sealed'
  | 'log/not-found'
  | 'log/key-exists'
  | 'log/version';
export class LogError extends MilagroError<LogCode> {}

export type KeystoreCode =
  | 'keystore/unlock'
  | 'keystore/exists'
  | 'keystore/not-found'
  | 'keystore/corrupt'
  | 'keystore/length'
  | 'keystore/permissions'
  | 'keystore/unavailable';
export class KeystoreError extends MilagroError<KeystoreCode> {}

export type TransportCode =
  'transport/start' | 'transport/unreachable' | 'transport/stopped' | 'transport/topic';
export class TransportError extends MilagroError<TransportCode> {}

export type DocstoreCode =
  'docstore/not-found' | 'docstore/too-large' | 'docstore/mismatch' | 'docstore/stopped';
export class DocstoreError extends MilagroError<DocstoreCode> {}

/** What the node refuses, to its operator or to a peer. */
export type NodeCode =
  | 'node/order-unknown'
  | 'node/order-state'
  | 'node/party-unknown'
  | 'node/party-blamed'
  | 'node/role'
  | 'node/terms'
  | 'node/not-party'
  | 'node/unexpected'
  | 'node/idempotency-conflict'
  | 'node/policy'
  | 'node/limit'
  | 'node/key-unavailable'
  | 'node/rolled-back'
  | 'node/internal';
export class NodeError extends MilagroError<NodeCode> {}

export type ConfigCode =
  'config/missing' | 'config/invalid' | 'config/exists' | 'config/permissions';
export class ConfigError extends MilagroError<ConfigCode> {}

export type ApiCode =
  | 'api/unauthenticated'
  | 'api/host'
  | 'api/bad-request'
  | 'api/too-large'
  | 'api/not-found'
  | 'api/rate'
  | 'api/unreachable';
export class ApiError extends MilagroError<ApiCode> {}

/** The text of an unknown thrown value, for wrapping as a cause. */
export const reason = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
