import { call } from '../../journeys/http-call.js';
import { OUR_KEY } from '../../journeys/journey-configuration.js';
import { eventually } from '#libs/testing';

import { Consumer } from '#libs/contracts';
import { runBatch } from '../run-batch.js';
import type { Scenario, ScenarioRun } from '../scenario.js';

const POISONED = 10;
const MODEL = 'poisoned';
/** Ten deliveries with growing delays take a minute and a half. */
const BURIED_WITHIN_MILLISECONDS = 240_000;
const DIGESTED_WITHIN_MILLISECONDS = 60_000;
const TABLES = ['billing.charges', 'audit.entries'] as const;
const READERS = [Consumer.billing, Consumer.audit] as const;

interface Letter {
  readonly id: string;
  readonly consumer: string;
  readonly kind: string;
  readonly deliveries: number;
  readonly stack_hash: string | null;
  readonly subject: string;
  readonly reason: string;
}

/** As a defect would: whoever stores what came of a call of this model fails, each time, in a way that another try does not cure. */
async function poison({ ground }: ScenarioRun): Promise<void> {
  for (const table of TABLES) {
    await ground.query(`CREATE FUNCTION ${table}_faults_throw() RETURNS trigger LANGUAGE plpgsql AS
      $$BEGIN RAISE EXCEPTION 'a defect: % cannot be stored', NEW.request_id; END$$`);
    await ground.query(`CREATE TRIGGER faults_throw BEFORE INSERT ON ${table}
      FOR EACH ROW WHEN (NEW.model = '${MODEL}') EXECUTE FUNCTION ${table}_faults_throw()`);
  }
}

async function mend({ ground }: ScenarioRun): Promise<void> {
  for (const table of TABLES) await ground.query(`DROP TRIGGER faults_throw ON ${table}`);
}

/** The ids of the requests whose ends cannot be stored. */
async function callPoisoned({ ground, expect }: ScenarioRun): Promise<string[]> {
  const body = { model: MODEL, messages: [{ role: 'user', content: 'How many wagons stay?' }], max_tokens: 64 };
  const answers = await Promise.all(
    Array.from({ length: POISONED }, () => call(`${ground.stack.url}/v1/chat/completions`, { key: OUR_KEY, body })),
  );
  expect(
    answers.every(({ status }) => status === 200),
    'a caller was not answered, although only the books fail',
  );
  return answers.map(({ headers }) => String(headers['x-request-id']));
}

async function letters({ ground }: ScenarioRun): Promise<Letter[]> {
  return ground.query<Letter>(
    `SELECT id, consumer, kind, deliveries, stack_hash, subject, reason FROM control.dead_letters WHERE status = 'resting'`,
  );
}

function expectExplained({ expect, figures }: ScenarioRun, buried: readonly Letter[]): void {
  figures['dead letters'] = buried.length;
  for (const { name, deliveryLimit } of READERS) {
    const own = buried.filter(({ consumer }) => consumer === name);
    const whole = own.filter(
      ({ kind, deliveries, stack_hash: hash, subject, reason }) =>
        kind === 'delivery_limit' &&
        deliveries === deliveryLimit &&
        hash !== null &&
        subject.startsWith('request.completed.') &&
        reason.includes('a defect'),
    );
    expect(
      own.length === POISONED && whole.length === POISONED,
      `of ${own.length} letters of ${name} ${whole.length} say after how many deliveries, why and whence: ${JSON.stringify(own[0])}`,
    );
  }
}

async function countsOf({ ground }: ScenarioRun, requests: readonly string[]) {
  const [row] = await ground.query<{ charges: number; entries: number }>(
    `SELECT (SELECT count(*)::int FROM billing.charges WHERE request_id = ANY($1)) AS charges,
       (SELECT count(*)::int FROM audit.entries WHERE request_id = ANY($1)) AS entries`,
    [requests],
  );
  return row;
}

/** All letters twice: of each, one sending goes through and the other is refused. */
async function redriveTwice({ ground, expect }: ScenarioRun, buried: readonly Letter[]): Promise<void> {
  const again = (id: string) =>
    call(`${ground.stack.url}/admin/v1/dead-letters/${id}/redrive`, { method: 'POST', key: ground.stack.adminKey });
  const answers = await Promise.all(buried.flatMap(({ id }) => [again(id), again(id)]));
  const count = (wanted: number): number => answers.filter(({ status }) => status === wanted).length;
  expect(
    count(200) === buried.length && count(409) === buried.length,
    `${count(200)} were sent, ${count(409)} refused`,
  );
}

async function throwAndRedrive(run: ScenarioRun): Promise<void> {
  const { figures, expect, say } = run;
  await poison(run);
  let requests: string[] = [];
  const throwing = {
    name: `${POISONED} ends that neither billing nor audit can store`,
    act: async () => void (requests = await callPoisoned(run)),
  };
  await runBatch(run, { strikes: [throwing] });
  say('the batch has ended; waiting until the others are buried');
  const expected = POISONED * READERS.length;
  const buried = await eventually(
    async () => {
      const found = await letters(run);
      if (found.length < expected) throw new Error(`${found.length} messages are buried`);
      return found;
    },
    { withinMilliseconds: BURIED_WITHIN_MILLISECONDS, everyMilliseconds: 500 },
  );
  expectExplained(run, buried);
  expect(
    JSON.stringify(await countsOf(run, requests)) === JSON.stringify({ charges: 0, entries: 0 }),
    'something of what cannot be stored is stored',
  );
  await mend(run);
  await redriveTwice(run, buried);
  await eventually(
    async () => {
      const { charges, entries } = (await countsOf(run, requests)) ?? {};
      if (charges !== POISONED || entries !== POISONED) throw new Error(`${charges} charges, ${entries} entries`);
    },
    { withinMilliseconds: DIGESTED_WITHIN_MILLISECONDS, everyMilliseconds: 250 },
  );
  figures['charged after they were sent again'] = POISONED;
}

/** Messages that decode, and that nobody can do anything with. */
export const THROWING_FAULTS: readonly Scenario[] = [
  {
    name: 'F-33-throws',
    says: 'messages on which billing and audit always fail: the batch ends, each is buried after ten deliveries and digested once when it is sent again',
    ground: {
      configure: (configuration) => {
        const given = configuration as { models: readonly { name: string }[] };
        const answering = given.models.find(({ name }) => name === 'answering');
        return { ...given, models: [...given.models, { ...answering, name: MODEL }] };
      },
    },
    run: throwAndRedrive,
  },
];
