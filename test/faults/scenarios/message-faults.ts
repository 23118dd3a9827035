import { setTimeout } from 'node:timers/promises';

import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';

import { eventually } from '#libs/testing';

import { connectTo, readStreams } from '../check/check-streams.js';
import { runBatch } from '../run-batch.js';
import type { Scenario, ScenarioRun } from '../scenario.js';

const POISONED = 10;
const BURIED_WITHIN_MILLISECONDS = 120_000;

async function onNats<Result>(
  { ground }: ScenarioRun,
  use: (connection: NatsConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await connectTo(ground.nats.view);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

async function rowsOf({ ground }: ScenarioRun): Promise<object | undefined> {
  const [rows] = await ground.query(`SELECT (SELECT count(*)::int FROM billing.ledger_entries) AS ledger,
    (SELECT count(*)::int FROM billing.charges) AS charges, (SELECT count(*)::int FROM audit.entries) AS trail,
    (SELECT count(*)::int FROM jobs.batch_results) AS results,
    (SELECT sum(posted_nano_usd)::text FROM billing.budget_periods) AS posted`);
  return rows;
}

/** Publishes everything in the stream of results a second time, in its order. */
async function publishResultsAgain(run: ScenarioRun): Promise<number> {
  return onNats(run, async (connection) => {
    const { state } = await (await jetstreamManager(connection)).streams.info('RESULTS');
    const results = await jetstream(connection).streams.get('RESULTS');
    const publisher = jetstream(connection);
    let published = 0;
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const message = await results.getMessage({ seq });
      if (message === null) continue;
      const headers = newHeaders();
      for (const [name, values] of message.header) {
        if (!name.startsWith('Nats-')) for (const value of values) headers.append(name, value);
      }
      await publisher.publish(message.subject, message.data, { headers });
      published += 1;
    }
    return published;
  });
}

const STREAMS_OF_WORK = ['REQUESTS', 'CALLS', 'RESULTS'] as const;
const FULL_FOR_MILLISECONDS = 20_000;
const ROOM_LEFT_BYTES = 16 * 1024;

/** Takes the room from the streams of work, as a disk that fills up would, and gives it back. */
async function fillStreams(run: ScenarioRun): Promise<void> {
  await onNats(run, async (connection) => {
    const { streams } = await jetstreamManager(connection);
    const before = await Promise.all(STREAMS_OF_WORK.map((name) => streams.info(name)));
    for (const { config, state } of before)
      await streams.update(config.name, { max_bytes: state.bytes + ROOM_LEFT_BYTES });
    await setTimeout(FULL_FOR_MILLISECONDS);
    const after = await Promise.all(STREAMS_OF_WORK.map((name) => streams.info(name)));
    const full = after.filter(({ config, state }) => state.bytes + ROOM_LEFT_BYTES > config.max_bytes);
    run.figures['streams that were full'] = full.map(({ config }) => config.name).join(', ');
    run.expect(full.length > 0, 'no stream was full');
    for (const { config } of before) await streams.update(config.name, { max_bytes: config.max_bytes });
  });
  run.say('there is room again');
}

/** Messages that come twice, and messages that nobody can digest. */
export const MESSAGE_FAULTS: readonly Scenario[] = [
  {
    name: 'F-31',
    says: 'every result is published twice: not one row more anywhere',
    run: async (run) => {
      await runBatch(run, { strikes: [] });
      const before = await rowsOf(run);
      run.figures['results published again'] = await publishResultsAgain(run);
      await eventually(
        async () => {
          const { consumers } = await readStreams(run.ground.nats.view);
          if (consumers.some(({ pending, unacknowledged }) => pending + unacknowledged > 0))
            throw new Error('still reading');
        },
        { withinMilliseconds: BURIED_WITHIN_MILLISECONDS, everyMilliseconds: 500 },
      );
      const after = await rowsOf(run);
      run.expect(
        JSON.stringify(after) === JSON.stringify(before),
        `${JSON.stringify(before)} became ${JSON.stringify(after)}`,
      );
    },
  },
  {
    name: 'F-28',
    says: 'the streams of work are full for 20 seconds: what is accepted is kept, and the batch goes on when there is room',
    run: async (run) => {
      await runBatch(run, { strikes: [{ name: 'no room in any stream of work', act: () => fillStreams(run) }] });
    },
  },
  {
    name: 'F-33',
    says: 'undecodable messages among those of a batch: the batch ends, each is buried once, with its reason and whence it came',
    run: async (run) => {
      const poison = {
        name: `${POISONED} undecodable results and ${POISONED} undecodable requests`,
        act: () =>
          onNats(run, async (connection) => {
            const publisher = jetstream(connection);
            for (let index = 0; index < POISONED; index += 1) {
              await publisher.publish('request.completed.v1.demo.durable', `poison ${index}`);
              await publisher.publish('request.accepted.v1.durable.normal', `poison ${index}`);
            }
          }),
      };
      await runBatch(run, { strikes: [poison] });
      // Of a result each of its three readers buries a copy: billing, audit and jobs.
      run.expectedDeadLetters = POISONED * 3 + POISONED;
      await eventually(
        async () => {
          const { deadLetters } = await readStreams(run.ground.nats.view);
          if (deadLetters !== run.expectedDeadLetters) throw new Error(`${deadLetters} messages are buried`);
        },
        { withinMilliseconds: BURIED_WITHIN_MILLISECONDS, everyMilliseconds: 500 },
      );
      await expectReasons(run);
    },
  },
];

async function expectReasons(run: ScenarioRun): Promise<void> {
  const unexplained = await onNats(run, async (connection) => {
    const { state } = await (await jetstreamManager(connection)).streams.info('DEAD_LETTERS');
    const letters = await jetstream(connection).streams.get('DEAD_LETTERS');
    let count = 0;
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const letter = await letters.getMessage({ seq });
      const isExplained = letter?.header.get('Switchyard-Dead-Reason') && letter.header.get('Switchyard-Dead-Subject');
      if (!isExplained) count += 1;
    }
    return count;
  });
  run.figures['dead letters'] = run.expectedDeadLetters;
  run.expect(unexplained === 0, `${unexplained} dead letters do not say why or whence`);
}
