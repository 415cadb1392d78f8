#!/usr/bin/env -S node --max-semi-space-size=4
// JavaScript, because what runs before the compile cache is on is compiled at every start: for TypeScript that takes
// a compiler of 25 MB into memory, where it stays. The flag keeps what a start leaves behind from staying, too.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Before anything of size is loaded. The cache lies beside the code: whoever may write there owns the program anyway.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/milagro', import.meta.url)));
// `milagro … | head`: whoever read the output has left, so nothing is left to do.
process.stdout.on('error', () => process.exit());

const { execute } = await import('@oclif/core');
await execute({ dir: import.meta.url });
