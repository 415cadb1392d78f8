import { cidOf } from '../crypto/hash.ts';
import { DocstoreError } from '../errors.ts';
import { MAX_DOCUMENT_BYTES, type Document } from './document-store.ts';

/** What a document store takes in: bytes that have their name. @throws DocstoreError docstore/too-large, docstore/mismatch */
export const checkDocument = ({ cid, bytes }: Document): void => {
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw new DocstoreError('docstore/too-large', `a document of ${bytes.length} bytes`);
  if (cidOf(bytes) !== cid)
    throw new DocstoreError('docstore/mismatch', `these bytes are not ${cid}`);
};
