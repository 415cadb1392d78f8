import { describe } from 'node:test';
import { check } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';

describe('fiduciary', () => SCENARIOS.fiduciary.forEach(check));
