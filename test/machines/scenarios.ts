import type { Role } from '../../src/domain/ids.ts';
import { scenarios as beneficiary } from './beneficiary.scenarios.ts';
import { scenarios as fiduciaryForming } from './fiduciary-forming.scenarios.ts';
import { scenarios as fiduciaryRedeeming } from './fiduciary-redeeming.scenarios.ts';
import { scenarios as principalEnding } from './principal-ending.scenarios.ts';
import { scenarios as principalForming } from './principal-forming.scenarios.ts';
import { scenarios as principalRedeeming } from './principal-redeeming.scenarios.ts';
import type { Scenario } from './scenario.ts';

/** All scenarios of each role: what is tested, and what the tests of coverage, purity and histories run over. */
export const SCENARIOS: Record<Role, readonly Scenario[]> = {
  principal: [...principalForming, ...principalEnding, ...principalRedeeming],
  fiduciary: [...fiduciaryForming, ...fiduciaryRedeeming],
  beneficiary,
};
