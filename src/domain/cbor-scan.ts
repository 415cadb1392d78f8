import { CodecError } from '../errors.ts';

/**
 * A first look at CBOR bytes (RFC 8949, section 3) before anything is allocated for them: walks the item heads
 * only, without recursion, and refuses what is too deep, too long, indefinite or truncated. It bounds the cost of
 * hostile input (attack E7); whether the bytes are canonical is decided afterwards by encoding them again.
 */
export const scanCbor = (bytes: Uint8Array, limits: { depth: number; items: number }): void => {
  const remaining: number[] = [1];
  let offset = 0;
  let items = 0;
  while (remaining.length > 0) {
    const level = remaining.length - 1;
    if (remaining[level] === 0) {
      remaining.pop();
      continue;
    }
    remaining[level] = (remaining[level] ?? 0) - 1;
    if (++items > limits.items)
      throw new CodecError('codec/too-many-items', `more than ${limits.items} items`);
    const head = readHead(bytes, offset);
    offset = head.next;
    if (head.major === 2 || head.major === 3) {
      if (head.value > bytes.length - offset)
        throw new CodecError('codec/malformed', 'string runs past the end');
      offset += head.value;
    } else if (head.major >= 4 && head.major <= 6) {
      const children = head.major === 5 ? head.value * 2 : head.major === 6 ? 1 : head.value;
      if (children > bytes.length - offset)
        throw new CodecError('codec/malformed', 'collection runs past the end');
      if (remaining.length > limits.depth)
        throw new CodecError('codec/too-deep', `nested deeper than ${limits.depth}`);
      remaining.push(children);
    }
  }
  if (offset !== bytes.length) throw new CodecError('codec/malformed', 'trailing bytes');
};

interface Head {
  major: number;
  value: number;
  next: number;
}

const readHead = (bytes: Uint8Array, offset: number): Head => {
  const first = bytes[offset];
  if (first === undefined) throw new CodecError('codec/malformed', 'truncated');
  const major = first >> 5;
  const info = first & 0x1f;
  if (info < 24) return { major, value: info, next: offset + 1 };
  if (info > 27) throw new CodecError('codec/malformed', 'indefinite or reserved length');
  const width = 1 << (info - 24);
  let value = 0;
  for (let i = 1; i <= width; i++) {
    const byte = bytes[offset + i];
    if (byte === undefined) throw new CodecError('codec/malformed', 'truncated');
    value = value * 256 + byte;
  }
  return { major, value, next: offset + 1 + width };
};
