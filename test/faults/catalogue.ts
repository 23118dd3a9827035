import type { Scenario } from './scenario.js';
import { BATCH_FAULTS } from './scenarios/batch-faults.js';
import { CLIENT_FAULTS } from './scenarios/client-faults.js';
import { INGRESS_FAULTS } from './scenarios/ingress-faults.js';
import { MESSAGE_FAULTS } from './scenarios/message-faults.js';
import { MONEY_FAULTS } from './scenarios/money-faults.js';
import { NETWORK_FAULTS } from './scenarios/network-faults.js';
import { OUTBOX_FAULTS } from './scenarios/outbox-faults.js';
import { PROCESS_FAULTS } from './scenarios/process-faults.js';
import { ROLLING_FAULTS } from './scenarios/rolling-faults.js';
import { THROWING_FAULTS } from './scenarios/throwing-faults.js';

/** Every scenario, in the order in which `all` runs them. */
export const CATALOGUE: readonly Scenario[] = [
  ...PROCESS_FAULTS,
  ...INGRESS_FAULTS,
  ...OUTBOX_FAULTS,
  ...NETWORK_FAULTS,
  ...MESSAGE_FAULTS,
  ...THROWING_FAULTS,
  ...MONEY_FAULTS,
  ...ROLLING_FAULTS,
  ...CLIENT_FAULTS,
  ...BATCH_FAULTS,
];
