import { describe } from 'node:test';
import { check } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';

describe('beneficiary', () => SCENARIOS.beneficiary.forEach(check));
