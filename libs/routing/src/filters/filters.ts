import type { Filter } from '../candidacy.js';
import { abilities } from './abilities.filter.js';
import { access } from './access.filter.js';
import { budget } from './budget.filter.js';
import { contextWindow } from './context-window.filter.js';
import { cooling } from './cooling.filter.js';
import { cost } from './cost.filter.js';
import { dataPolicy } from './data-policy.filter.js';
import { health } from './health.filter.js';
import { modality } from './modality.filter.js';
import { outputLimit } from './output-limit.filter.js';
import { permission } from './permission.filter.js';
import { price } from './price.filter.js';
import { providers } from './providers.filter.js';
import { quota } from './quota.filter.js';
import { region } from './region.filter.js';
import { tags } from './tags.filter.js';
import { tier } from './tier.filter.js';
import { unpriced } from './unpriced.filter.js';
import { window } from './window.filter.js';
import { wishedProviders } from './wished-providers.filter.js';
import { withheld } from './withheld.filter.js';

/**
 * Every filter there is, in the order of asking: what is forbidden first, what does not fit next, what is not well last, so that
 * a candidate that one of the last leaves out is known to be fit in all else.
 */
export const FILTERS: readonly Filter[] = [
  access,
  tier,
  permission,
  wishedProviders,
  tags,
  providers,
  region,
  dataPolicy,
  window,
  modality,
  abilities,
  contextWindow,
  outputLimit,
  price,
  cost,
  budget,
  unpriced,
  withheld,
  quota,
  cooling,
  health,
];
