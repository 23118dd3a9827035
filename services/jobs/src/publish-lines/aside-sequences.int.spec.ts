import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createTestDatabase, eventually, type TestDatabase } from '#libs/testing';
import { PauseRepository } from '../dispatch-work/pause.repository.js';
import { JobsForTests } from '../jobs.fixture.js';
import { inputLine } from '../line.fixture.js';

const START_MILLISECONDS = 30_000;
const RUN_MILLISECONDS = 120_000;
const HI = [{ role: 'user', content: 'hi' }];
const MODELS = ['gpt-small', 'gpt-large'];
let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = await JobsForTests.start(database.url, { limits: { publishStepLines: 5, bundleRequests: 2 } });
}, START_MILLISECONDS);
afterAll(async () => {
  await jobs.stop();
  await database.drop();
});

type Happening =
  | { readonly kind: 'pause' | 'resume'; readonly model: string }
  /** A turn, in which the process dies at its so-manieth publication, if it comes to so many. */
  | { readonly kind: 'turn'; readonly diesAt: number | undefined };

const modelsOfLines = fc.array(fc.constantFrom(...MODELS), { minLength: 1, maxLength: 30 });
const happenings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const), model: fc.constantFrom(...MODELS) }),
    fc.record({
      kind: fc.constant('turn' as const),
      diesAt: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    }),
  ),
  { maxLength: 10 },
);

interface Row {
  readonly published: number;
  readonly told: number;
  readonly waiting: number;
  /** Lines of a step that was begun: they go, whatever is paused meanwhile. */
  readonly decided: readonly number[];
}

class World {
  readonly paused = new Set<string>();
  readonly wronglySent: number[] = [];
  private turns = 0;

  constructor(
    readonly id: string,
    private readonly models: readonly string[],
  ) {}

  async take(happening: Happening): Promise<void> {
    if (happening.kind === 'turn') return this.turn(happening.diesAt);
    const pause = { scope: 'model' as const, name: happening.model };
    const pauses = jobs.get(PauseRepository);
    if (happening.kind === 'resume') {
      await pauses.remove(pause);
      this.paused.delete(happening.model);
    } else {
      await pauses.put({ ...pause, reason: null, pausedBy: 'operator', until: null });
      this.paused.add(happening.model);
    }
  }

  /** What was noted before a model was paused goes on after it, once: it may have been on its way. */
  private async turn(diesAt: number | undefined): Promise<void> {
    const decided = new Set((await this.row()).decided);
    let count = 0;
    jobs.nats.beforeStored = ({ requestId }) => {
      if (count === diesAt) throw new Error('killed');
      count += 1;
      const line = Number(requestId.split('_').at(-1));
      const isPaused = this.paused.has(this.models[line - 1] ?? '');
      if (isPaused && !decided.has(line)) this.wronglySent.push(line);
    };
    await jobs.dispatch(`turn ${(this.turns += 1)}`);
  }

  async row(): Promise<Row> {
    const [row] = await jobs.query<Row>(
      `SELECT published_lines AS published, aside_lines AS told,
         ARRAY(SELECT line FROM generate_series(published_lines + 1, offered_lines) line
           EXCEPT SELECT line FROM jobs.aside_lines WHERE batch_id = b.id) AS decided,
         (SELECT count(*)::integer FROM jobs.aside_lines WHERE batch_id = b.id AND sent_at IS NULL) AS waiting
       FROM jobs.batches b WHERE id = $1`,
      [this.id],
    );
    if (!row) throw new Error('no batch');
    return row;
  }
}

describe('lines that are set aside', () => {
  it(
    'are counted truly, never sent while their model is paused, and all sent in the end, whoever dies and whenever',
    () =>
      fc.assert(
        fc.asyncProperty(modelsOfLines, happenings, async (lines, sequence) => {
          const content = lines.map((model, index) => `${inputLine(index + 1, { body: { model, messages: HI } })}\n`);
          const id = await jobs.create(content.join(''));
          // What is under way for others takes up room.
          await jobs.query(`UPDATE jobs.batches SET status = 'failed' WHERE id <> $1`, [id]);
          jobs.nats.published.length = 0;
          await jobs.validate(id);
          const world = new World(id, lines);
          for (const happening of sequence) {
            await world.take(happening);
            const { told, waiting } = await world.row();
            expect(told).toBe(waiting);
          }
          for (const model of MODELS) await world.take({ kind: 'resume', model });
          await eventually(async () => {
            await world.take({ kind: 'turn', diesAt: undefined });
            expect(new Set(jobs.nats.lines())).toEqual(new Set(lines.map((_, index) => index + 1)));
          });
          expect(await world.row()).toMatchObject({ published: lines.length, told: 0, waiting: 0 });
          expect(world.wronglySent).toEqual([]);
        }),
        { numRuns: 15 },
      ),
    RUN_MILLISECONDS,
  );
});
