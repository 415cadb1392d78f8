import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { MAX_EXPORT_LENGTH, readExport, writeExport } from '../../src/identity/export-file.ts';
import { throwsCode } from '../throws-code.ts';
import { person, rotated, type Person } from './people.ts';

let alice: Person;
let mallory: Person;
let file: string;

const fileOf = ({ state, blocks }: Person): string =>
  writeExport(
    state.id,
    blocks.map(({ bytes }) => bytes),
  );

before(() => {
  alice = rotated(person('alice'), 'alice 1');
  mallory = person('mallory');
  file = fileOf(alice);
});

describe('identity file', () => {
  it('gives back the chain and its key state', () => {
    const { state, blocks } = readExport(file);
    assert.deepEqual([state.id, state.keyId], [alice.state.id, alice.state.keyId]);
    assert.deepEqual(
      blocks.map((block) => Buffer.from(block)),
      alice.blocks.map(({ bytes }) => Buffer.from(bytes)),
    );
  });

  it('is text of one line per block', () => {
    assert.match(file, /^milagro-identity 1\nbafyrei[a-z2-7]{52}\n([\w-]+\n){2}$/);
  });

  const changed = (change: (lines: string[]) => void): string => {
    const lines = file.split('\n');
    change(lines);
    return lines.join('\n');
  };

  for (const [what, make] of Object.entries<() => string>({
    nothing: () => '',
    'another version': () => file.replace('identity 1', 'identity 2'),
    'a byte order mark': () => `\ufeff${file}`,
    'Windows line ends': () => file.replaceAll('\n', '\r\n'),
    'no end of the last line': () => file.slice(0, -1),
    'an empty line': () => `${file}\n`,
    'a comment': () => file.replace('\n', '\n# alice\n'),
    'no id': () => changed((lines) => lines.splice(1, 1)),
    'a CIDv0': () =>
      changed((lines) => (lines[1] = 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG')),
    'the id of another': () => changed((lines) => (lines[1] = mallory.state.id)),
    'a later block for the id': () => changed((lines) => (lines[1] = alice.state.keyId)),
    'padded base64': () => changed((lines) => (lines[2] += '=')),
    'a second text for the same bytes': () =>
      changed((lines) => (lines[3] = withUnusedBit(lines[3]!))),
  })) {
    it(`refuses ${what}`, () => void throwsCode('identity/malformed', () => readExport(make())));
  }

  it('refuses what is too long before it decodes or verifies any of it', () => {
    const long = file + 'A'.repeat(MAX_EXPORT_LENGTH);
    const many = changed((lines) => lines.splice(2, 2, ...Array<string>(257).fill('AA')));
    assert.match(throwsCode('identity/malformed', () => readExport(long)).message, /too long/);
    assert.match(throwsCode('identity/malformed', () => readExport(many)).message, /too many/);
  });

  it('refuses a chain that is cut, mixed or out of order', () => {
    throwsCode('identity/sequence', () => readExport(changed((lines) => lines.splice(2, 2))));
    throwsCode('identity/sequence', () => readExport(changed((lines) => lines.splice(2, 1))));
    throwsCode('identity/sequence', () =>
      readExport(changed((lines) => lines.splice(3, 1, fileOf(mallory).split('\n')[2]!))),
    );
    throwsCode('identity/sequence', () =>
      readExport(changed((lines) => lines.splice(2, 2, lines[3]!, lines[2]!))),
    );
  });

  it('believes no block that is not signed', () => {
    const bytes = Uint8Array.from(alice.blocks[0]!.bytes);
    bytes[bytes.length - 1]! ^= 1;
    throwsCode('identity/signature', () => readExport(writeExport(alice.state.id, [bytes])));
  });
});

/** The same bytes to a lenient decoder: a bit set in the last character that no byte uses. */
const withUnusedBit = (line: string): string => {
  assert.notEqual(line.length % 4, 0);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return line.slice(0, -1) + alphabet[alphabet.indexOf(line.at(-1)!) + 1]!;
};
