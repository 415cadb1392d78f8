import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A note in one file, overwritten in place:
 *
 *     file = length u16 BE | note | zeros up to 512 bytes
 *
 * One sector, so that it is never found half old and half new. Only the first write waits for the disk, so that there
 * always is a note; each later one is left to the operating system, which keeps it when the process dies.
 */
export interface WitnessFile {
  read(): Promise<Uint8Array | undefined>;
  /** @param note at most 510 bytes */
  write(note: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

const FILE_BYTES = 512;
const LENGTH_BYTES = 2;

export const openWitnessFile = async (path: string): Promise<WitnessFile> => {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  let empty = (await file.stat()).size === 0;
  return {
    async read() {
      const content = Buffer.alloc(FILE_BYTES);
      const { bytesRead } = await file.read(content, 0, FILE_BYTES, 0);
      if (bytesRead === 0) return undefined;
      // A length that runs past the end gives a note that is cut short, which its seal will show.
      const length = content.readUInt16BE(0);
      return content.subarray(LENGTH_BYTES, Math.min(LENGTH_BYTES + length, bytesRead));
    },

    async write(note) {
      if (note.length > FILE_BYTES - LENGTH_BYTES) throw new RangeError('the note is too long');
      const content = Buffer.alloc(FILE_BYTES);
      content.writeUInt16BE(note.length, 0);
      content.set(note, LENGTH_BYTES);
      await file.write(content, 0, FILE_BYTES, 0);
      if (!empty) return;
      await syncWithDirectory(file, path);
      empty = false;
    },

    close: () => file.close(),
  };
};

const syncWithDirectory = async (file: FileHandle, path: string): Promise<void> => {
  await file.sync();
  const directory = await open(dirname(path), constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};
