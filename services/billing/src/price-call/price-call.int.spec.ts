import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestEnded } from '#libs/contracts';
import { batchPricesOf, costOf, priceVersionOf } from '#libs/pricing';
import { Database } from '#libs/storage';
import { createLogger, metrics } from '#libs/telemetry';
import {
  buildAttempt,
  buildRequestEnded,
  createTestDatabase,
  eventually,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
} from '#libs/testing';
import { startBilling as start, TestSnapshots } from '../billing.fixture.js';
import { billingSchema } from '../billing.schema.js';
import type { PriceCallHandler } from './price-call.handler.js';
import { UnknownPriceVersion } from './unknown-price-version.error.js';

const prices = { inputNanoUsdPerMillion: '400000000', outputNanoUsdPerMillion: '1600000000' };
const version = priceVersionOf(prices, 'main', 'gpt-4.1-mini');
const log = createLogger({ service: 'test', level: 'silent' });

function used(changes: Partial<RequestEnded> = {}): RequestEnded {
  return buildRequestEnded({ attempts: [buildAttempt({ priceVersion: version })], ...changes });
}

describe('charging', () => {
  let server: TestDatabase;
  let proxy: TcpProxy;
  let database: Database;
  let snapshots: TestSnapshots;
  let handler: PriceCallHandler;

  const startBilling = (published = new TestSnapshots()) => {
    snapshots = published;
    handler = start(database, snapshots).charging;
  };
  const totals = async () => {
    const [row] = await server.query(`
      SELECT (SELECT count(*)::int FROM billing.charges) AS charges, (SELECT count(*)::int FROM billing.charge_lines) AS lines,
        (SELECT count(*)::int FROM billing.inbox) AS inbox, (SELECT sum(cost_nano_usd)::text FROM billing.charges) AS cost,
        (SELECT sum(cost_nano_usd)::text FROM billing.charge_lines) AS line_cost`);
    return row;
  };

  beforeAll(async () => {
    server = await createTestDatabase();
    proxy = await startTcpProxy(server.url);
    database = new Database({ ...billingSchema, url: proxy.url, log });
    database.start();
    await database.whenReady();
  });
  beforeEach(async () => {
    await server.query('TRUNCATE billing.inbox, billing.charges, billing.charge_lines, billing.price_versions');
    startBilling();
    snapshots.publish(prices);
  });
  afterAll(async () => {
    await database.close();
    await proxy.stop();
    await server.drop();
  });

  it('builds by migration what the entities describe', async () => {
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('tells the trail what was charged, the same again where a batch comes again with another end', async () => {
    const { charging, noted } = start(database, snapshots);
    const [ours, theirs] = [used(), used({ organization: 'acme' })];
    await charging.charge([ours, theirs]);
    await charging.charge([{ ...ours, attempts: [] }]);
    expect(noted.map(({ organization, type }) => [organization, type])).toEqual([
      ['demo', 'charges.recorded'],
      ['acme', 'charges.recorded'],
      ['demo', 'charges.recorded'],
    ]);
    const [charged] = await server.query(
      `SELECT cost_nano_usd::text AS cost FROM billing.charges WHERE organization = 'demo'`,
    );
    expect(noted[0]?.detail).toEqual({
      charges: [{ requestId: ours.requestId, project: ours.project, costNanoUsd: charged?.['cost'] }],
    });
    expect(noted[2]).toMatchObject({ noteId: noted[0]!.noteId, detail: noted[0]!.detail });
  });

  it('records a batch with sums that are exact to the nano-dollar', async () => {
    const events = Array.from({ length: 500 }, (_, index) =>
      used({
        attempts: [
          buildAttempt({ priceVersion: version, usage: { promptTokens: index, completionTokens: 7 * index } }),
        ],
      }),
    );
    await handler.charge(events);
    const expected = events.reduce((sum, { attempts }) => sum + costOf(attempts[0]!.usage!, prices), 0n).toString();
    expect(await totals()).toEqual({ charges: 500, lines: 500, inbox: 500, cost: expected, line_cost: expected });
  });

  it('charges a request once when its event is delivered again after the commit', async () => {
    const batch = [used(), used()];
    await handler.charge(batch);
    await handler.charge(batch);
    startBilling();
    await handler.charge([used(), ...batch]);
    expect(await totals()).toMatchObject({ charges: 3, lines: 3, inbox: 3, cost: '2400000' });
  });

  it('charges a request once when one batch holds its event twice, by the first', async () => {
    const event = used();
    await handler.charge([event, { ...event, outcome: 'failed', attempts: [] }, event]);
    expect(await totals()).toMatchObject({ charges: 1, lines: 1 });
    expect(await server.query('SELECT outcome FROM billing.charges')).toEqual([{ outcome: 'completed' }]);
  });

  it('charges each request once when two processes get the same messages', async () => {
    const batch = Array.from({ length: 200 }, () => used());
    await Promise.all([handler.charge(batch), handler.charge(batch.toReversed())]);
    expect(await totals()).toMatchObject({ charges: 200, lines: 200 });
  });

  it('counts the cost of what it has charged now, and not of what was charged before', async () => {
    const total = () => metrics.costNanoUsd.read().points as readonly { attributes: object; value: number }[];
    const before = total().find(({ attributes }) => 'provider' in attributes)?.value ?? 0;
    const batch = [used(), used()];
    await handler.charge(batch);
    await handler.charge([used(), ...batch]);
    expect(total()).toEqual([{ attributes: { provider: 'main', model: 'gpt-4.1-mini' }, value: before + 2_400_000 }]);
  });

  it('charges every kind of token at the price stored for it, also after a restart', async () => {
    const amounts = {
      ...prices,
      cacheWriteInputNanoUsdPerMillion: '500000000',
      reasoningOutputNanoUsdPerMillion: '2000000000',
      audioInputNanoUsdPerMillion: '7000000000',
      tiers: [{ abovePromptTokens: 5_000, inputNanoUsdPerMillion: '9', outputNanoUsdPerMillion: '9' }],
    };
    const usage = {
      promptTokens: 1_000,
      completionTokens: 250,
      cachedPromptTokens: 100,
      cacheWritePromptTokens: 300,
      audioPromptTokens: 7,
      reasoningTokens: 200,
    };
    const priceVersion = snapshots.publish(amounts);
    await handler.charge([used({ attempts: [buildAttempt({ priceVersion, usage })] })]);
    startBilling();
    await handler.charge([used({ attempts: [buildAttempt({ priceVersion, usage })] })]);
    expect(await totals()).toMatchObject({ charges: 2, cost: (2n * costOf(usage, amounts)).toString() });
    const lines = await server.query(
      'SELECT DISTINCT cache_write_prompt_tokens, reasoning_tokens, further_tokens FROM billing.charge_lines',
    );
    expect(lines).toEqual([
      { cache_write_prompt_tokens: '300', reasoning_tokens: '200', further_tokens: { audioPromptTokens: 7 } },
    ]);
  });

  it('charges what is not paid by tokens at the price stored for it, also after a restart', async () => {
    const amounts = {
      inputNanoUsdPerMillion: '0',
      outputNanoUsdPerMillion: '0',
      isWithoutTokenPrice: true as const,
      nanoUsdPerHourOfAudio: '111000000',
      nanoUsdPerThousandWebSearches: '10000000000',
    };
    const usage = { promptTokens: 0, completionTokens: 0, audioMilliseconds: 1_234, webSearches: 2 };
    const priceVersion = snapshots.publish(amounts);
    const attempt = buildAttempt({ priceVersion, usage });
    await handler.charge([used({ attempts: [attempt, attempt] })]);
    startBilling();
    await handler.charge([used({ attempts: [attempt] })]);
    // 1,234 ms of 111,000,000 nano-USD an hour, half to even, and two searches.
    expect(costOf(usage, amounts)).toBe(38_048n + 20_000_000n);
    expect(await totals()).toMatchObject({ charges: 2, cost: (2n * costOf(usage, amounts)).toString() });
    expect(await server.query('SELECT DISTINCT units, further_tokens FROM billing.charge_lines')).toEqual([
      { units: { audioMilliseconds: 1_234, webSearches: 2 }, further_tokens: null },
    ]);
    expect(await server.query('SELECT further_usage FROM billing.charges ORDER BY cost_nano_usd DESC')).toEqual([
      { further_usage: { audioMilliseconds: 1_234, webSearches: 2 } },
      { further_usage: { audioMilliseconds: 1_234, webSearches: 2 } },
    ]);
  });

  it('leaves a row of zeros for a request that used nothing', async () => {
    await handler.charge([used({ outcome: 'expired', attempts: [] })]);
    expect(await totals()).toMatchObject({ charges: 1, lines: 0, cost: '0' });
  });

  it('stores names that Postgres cannot hold as they are', async () => {
    await handler.charge([used({ model: 'nul\0and\uD83D', job: { batchId: 'batch_1', line: 3, customId: 'c' } })]);
    const rows = await server.query('SELECT model, batch_id, line, ended_at FROM billing.charges');
    expect(rows).toEqual([
      { model: 'nul\uFFFDand\uFFFD', batch_id: 'batch_1', line: 3, ended_at: new Date(1_764_000_000_500) },
    ]);
  });

  it('fails retryably while Postgres is away and charges once when it is back', async () => {
    const batch = [used(), used()];
    await proxy.cut();
    await expect(handler.charge(batch)).rejects.toMatchObject({ retryable: true });
    await proxy.mend();
    await eventually(() => handler.charge(batch));
    expect(await totals()).toMatchObject({ charges: 2, cost: '1600000' });
  });

  it('stores a price before any line names it', async () => {
    await handler.charge([used()]);
    const rows = await server.query(
      'SELECT p.provider, p.input_nano_usd_per_million FROM billing.charge_lines l JOIN billing.price_versions p ON p.version = l.price_version',
    );
    expect(rows).toEqual([{ provider: 'main', input_nano_usd_per_million: '400000000' }]);
  });

  it("charges what went through a provider's batch interface at the price of that, also after a restart", async () => {
    const reduced = batchPricesOf(prices, '0.5');
    snapshots.publish(prices, reduced);
    const priceVersion = priceVersionOf(reduced, 'main', 'gpt-4.1-mini');
    const usage = { promptTokens: 1_000_000, completionTokens: 1_000_000 };
    const event = () => used({ attempts: [buildAttempt({ priceVersion, usage })] });
    await handler.charge([event()]);
    startBilling();
    await handler.charge([event()]);
    expect(await totals()).toMatchObject({ charges: 2, cost: costOf(usage, prices).toString() });
  });

  it('still knows a price that has left the configuration, also after a restart', async () => {
    await handler.charge([used()]);
    startBilling();
    snapshots.publish({ ...prices, inputNanoUsdPerMillion: '1' });
    await handler.charge([used()]);
    expect(await totals()).toMatchObject({ charges: 2, cost: '1600000' });
  });

  it.each(['at its start', 'at the first event that names it'])(
    'finds %s a price that came and went while it was away',
    async (when) => {
      const edited = new TestSnapshots();
      const gone = edited.publish({ ...prices, outputNanoUsdPerMillion: '8000000000' });
      edited.publish({ ...prices, outputNanoUsdPerMillion: '9000000000' });
      edited.isOutOfReach = when !== 'at its start';
      startBilling(edited);
      edited.isOutOfReach = false;
      if (when === 'at its start') {
        await eventually(async () =>
          expect(await server.query('SELECT 1 FROM billing.price_versions WHERE version = $1', [gone])).toHaveLength(1),
        );
      }
      await handler.charge([used({ attempts: [buildAttempt({ priceVersion: gone })] })]);
      expect(await totals()).toMatchObject({ charges: 1, cost: '2400000' });
    },
  );

  it('waits a moment for a snapshot that comes after its first event', async () => {
    const late = { ...prices, outputNanoUsdPerMillion: '8000000000' };
    const lateVersion = priceVersionOf(late, 'main', 'gpt-4.1-mini');
    const charged = handler.charge([used({ attempts: [buildAttempt({ priceVersion: lateVersion })] })]);
    setImmediate(() => snapshots.publish(late));
    await charged;
    expect(await totals()).toMatchObject({ charges: 1, cost: '2400000' });
  });

  it('knows the prices of policies on trial', async () => {
    snapshots.publish(prices);
    const [model] = snapshots.current?.models ?? [];
    const amounts = { ...prices, outputNanoUsdPerMillion: '16000000000' };
    const priceVersion = priceVersionOf(amounts, 'main', 'gpt-4.1-mini');
    const targets = model!.targets.map((target) => ({ ...target, price: { ...amounts, version: priceVersion } }));
    snapshots.put({ trial: { revision: 2, share: 0.1, models: [{ ...model!, targets }] } });
    await handler.charge([used({ attempts: [buildAttempt({ priceVersion })] })]);
    expect(await totals()).toMatchObject({ charges: 1 });
  });

  it('knows the prices of images of a size or a quality', async () => {
    snapshots.publish(prices);
    const [model] = snapshots.current?.models ?? [];
    const amounts = { ...prices, nanoUsdPerImage: '250000000' };
    const priceVersion = priceVersionOf(amounts, 'main', 'gpt-4.1-mini');
    const imagePrices = [{ quality: 'high', price: { ...amounts, version: priceVersion } }];
    const targets = model!.targets.map((target) => ({ ...target, imagePrices }));
    snapshots.put({ models: [{ ...model!, targets }] });
    const usage = { promptTokens: 0, completionTokens: 0, images: 2 };
    await handler.charge([used({ attempts: [buildAttempt({ priceVersion, usage })] })]);
    expect(await totals()).toMatchObject({ charges: 1, cost: '500000000' });
  });

  it('refuses a batch with an unknown price and charges nothing of it', async () => {
    const unknown = used({ attempts: [buildAttempt({ priceVersion: 'price_ffffffffffffffff' })] });
    await expect(handler.charge([used(), unknown])).rejects.toBeInstanceOf(UnknownPriceVersion);
    await expect(handler.charge([unknown])).rejects.not.toHaveProperty('retryable');
    expect(await totals()).toMatchObject({ charges: 0, inbox: 0 });
  });
});
