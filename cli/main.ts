#!/usr/bin/env node
import { execute } from '@oclif/core';

// `milagro … | head`: whoever read the output has left, so nothing is left to do.
process.stdout.on('error', () => process.exit());

await execute({ dir: import.meta.url });
