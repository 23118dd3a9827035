import { setTimeout } from 'node:timers/promises';

import type { ProcessName } from '../journeys/stack-for-tests.js';
import type { Strike } from './nemesis.js';
import type { ScenarioRun } from './scenario.js';

/** The services of a stack; nats-server and Postgres belong to the ground. */
export const SERVICES = ['ingress', 'router', 'worker', 'jobs', 'billing', 'audit', 'control'] as const;
export type ServiceName = (typeof SERVICES)[number] & ProcessName;

const LONGEST_REST_MILLISECONDS = 2_000;

/** kill -9 of one service, which is started again by whoever supervises it. */
export function killService({ ground }: ScenarioRun, name: ServiceName): Strike {
  return { name: `kill -9 ${name}`, takesCalls: name === 'worker', act: () => ground.stack.kill(name) };
}

/** kill -9 of all services at one instant. */
export function killAllServices({ ground, random }: ScenarioRun): Strike {
  return {
    name: 'kill -9 of every service at once',
    takesCalls: true,
    act: async () => {
      await Promise.all(random.shuffled(SERVICES).map((name) => ground.stack.signal(name, 'SIGKILL')));
      await ground.stack.untilReady(120_000);
    },
  };
}

/** kill -9 of nats-server, which comes back with its store after up to two seconds. */
export function killNats({ ground, random }: ScenarioRun): Strike {
  return {
    name: 'kill -9 nats-server',
    takesCalls: true,
    act: async () => {
      await ground.nats.kill();
      await setTimeout(random.between(0, LONGEST_REST_MILLISECONDS));
      await ground.nats.startAgain();
    },
  };
}

/** kill -9 of nats-server, which comes back with nothing. */
export function loseNatsStore({ ground }: ScenarioRun): Strike {
  return { name: 'nats-server loses its whole store', takesCalls: true, act: () => ground.nats.loseStore() };
}

/** kill -9 of the postmaster, which recovers after up to two seconds. */
export function killPostgres({ ground, random }: ScenarioRun): Strike {
  return {
    name: 'kill -9 postgres',
    act: async () => {
      await ground.postgres.kill();
      await setTimeout(random.between(0, LONGEST_REST_MILLISECONDS));
      await ground.postgres.startAgain();
    },
  };
}

/** So many times the same. */
export function times(count: number, strike: () => Strike): Strike[] {
  return Array.from({ length: count }, strike);
}
