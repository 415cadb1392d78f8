import { test } from 'node:test';
import { holdAll } from './hold-all.ts';

test('fault/F2 every guarantee holds at 40 % loss and 60 % duplicates: seeds 1,001 to 2,000', () =>
  holdAll(1_001, 1_000));
