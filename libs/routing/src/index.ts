export { planRoute, routingTable, NoEligibleTarget } from './plan-route.policy.js';
export type { RoutingTable } from './plan-route.policy.js';
export { seededRandom } from './seeded-random.js';
