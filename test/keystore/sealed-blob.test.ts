import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { it } from 'node:test';
import { openBlob, sealBlob } from '../../src/keystore/sealed-blob.ts';

const key = createSecretKey(Buffer.alloc(32, 7));
const nonce = Buffer.alloc(12, 9);

/** A CBOR text of less than 24 bytes, written out by hand (RFC 8949, section 3). */
const text = (value: string) =>
  Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);

const associatedData = (purpose: string, ref: string) =>
  Buffer.concat([Buffer.from([0x83]), text('milagro/sealed-blob/v1'), text(purpose), text(ref)]);

it('has the documented layout and associated data', () => {
  const blob = sealBlob(key, nonce, 'share', 'a', Buffer.from('secret'));
  assert.equal(blob.subarray(0, 4).toString(), 'MKB1');
  assert.deepEqual(blob.subarray(4, 16), nonce);
  assert.equal(blob.length, 4 + 12 + 6 + 16);

  const decipher = createDecipheriv('aes-256-gcm', Buffer.alloc(32, 7), nonce);
  decipher.setAAD(associatedData('share', 'a'));
  decipher.setAuthTag(blob.subarray(-16));
  assert.equal(decipher.update(blob.subarray(16, -16)).toString(), 'secret');
  decipher.final();
});

it('takes nonces of 12 bytes only', () => {
  for (const length of [0, 11, 13, 16])
    assert.throws(() => sealBlob(key, Buffer.alloc(length), 'share', 'a', Buffer.alloc(1)), {
      code: 'keystore/length',
    });
});

it('does not open a secret that it would not have sealed', () => {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associatedData('share', 'a'));
  const ciphertext = Buffer.concat([cipher.update(Buffer.alloc(8_193)), cipher.final()]);
  const blob = Buffer.concat([Buffer.from('MKB1'), nonce, ciphertext, cipher.getAuthTag()]);
  assert.throws(() => openBlob(key, 'share', 'a', blob), { code: 'keystore/corrupt' });
});

it('opens a KEK under no other name', () => {
  const blob = sealBlob(key, nonce, 'kek', '', Buffer.alloc(32));
  assert.throws(() => openBlob(key, 'data-key', '', blob), { code: 'keystore/corrupt' });
  assert.deepEqual(openBlob(key, 'kek', '', blob), Buffer.alloc(32));
});
