/**
 * Counts the frames of a byte stream as they go by, before a parser holds them: the parser of the muxer stores a frame
 * until it is complete, however long its header says it is.
 */

/** @returns the length of the body, bytes; undefined while the header (its first `filled` bytes are there) is not complete */
export type HeaderFormat = (header: Uint8Array, filled: number) => number | undefined;

/** @returns the frames that began in these bytes; undefined when one is longer than `maxBody` bytes */
export type FrameCounter = (data: Iterable<Uint8Array>) => number | undefined;

export const createFrameCounter = (bodyLength: HeaderFormat, maxBody: number): FrameCounter => {
  const header = new Uint8Array(MAX_HEADER_BYTES);
  let filled = 0;
  let bodyLeft = 0;

  return (data) => {
    let frames = 0;
    for (const bytes of data) {
      for (let at = 0; at < bytes.length;) {
        if (bodyLeft > 0) {
          const step = Math.min(bodyLeft, bytes.length - at);
          bodyLeft -= step;
          at += step;
          continue;
        }
        header[filled++] = bytes[at++] ?? 0;
        const length = bodyLength(header, filled);
        if (length === undefined && filled < MAX_HEADER_BYTES) continue;
        if (length === undefined || length > maxBody) return undefined;
        frames++;
        filled = 0;
        bodyLeft = length;
      }
    }
    return frames;
  };
};

const MAX_HEADER_BYTES = 12;

/** yamux, "Framing": version, type, flags (2), stream id (4), length (4), big-endian; only type 0 (data) has a body. */
export const yamuxHeader: HeaderFormat = (header, filled) => {
  if (filled < 12) return undefined;
  if (header[1] !== 0) return 0;
  return new DataView(header.buffer, header.byteOffset).getUint32(8);
};

/** multiformats unsigned varint: 7 bits a byte, least significant first; more than 4 bytes is more than any limit. */
export const varintHeader: HeaderFormat = (header, filled) => {
  if (filled > 4) return Infinity;
  if ((header[filled - 1] ?? 0) >= 0x80) return undefined;
  return header
    .subarray(0, filled)
    .reduce((sum, byte, index) => sum + (byte & 0x7f) * 128 ** index, 0);
};
