import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';

import { call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { MoreIngress } from './more-ingress.js';
import { StackForTests } from './stack-for-tests.js';

/** What is promised is 5 s; the rest is for a machine that is busy. */
const REFUSED_WITHIN_MILLISECONDS = 15_000;
const IN_FORCE_WITHIN_MILLISECONDS = 15_000;

let stack: StackForTests;
let second: MoreIngress | undefined;
const journey = journeysOn(() => stack);

beforeAll(async () => {
  stack = await StackForTests.start(
    journeyConfiguration({ toy: { kind: 'sim' }, spare: { kind: 'sim' } }, [
      modelFields('small', [{ provider: 'toy', model: 'sim-small' }]),
      modelFields('large', [{ provider: 'spare', model: 'sim-large' }]),
    ]),
  );
}, 180_000);

afterAll(async () => {
  await second?.stop();
  await stack?.stop();
}, 90_000);

async function admin(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return as(stack.adminKey, method, `/admin/v1${path}`, body, headers);
}

type Answer = HttpAnswer & { readonly json: Record<string, unknown> & { readonly error?: { readonly code: string } } };

async function as(
  key: string,
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await call(stack.url + path, { method, key, headers, ...(body ? { body } : {}) });
  return { ...answer, json: JSON.parse(answer.text) as Answer['json'] };
}

const chat = (key: string, model = 'small') =>
  as(key, 'POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] });

async function newKey(fields: object): Promise<{ key: string; id: string; etag: string }> {
  const { status, json } = await admin('POST', '/organizations/newco/keys', fields);
  expect([status, json.error]).toEqual([201, undefined]);
  return { key: String(json['key']), id: String(json['id']), etag: String(json['etag']) };
}

describe('an installation that is administered', () => {
  journey('takes in a customer while it runs: organisation, project, key, first call', async () => {
    expect((await admin('POST', '/organizations', { name: 'newco', plan: 'pay-as-you-go' })).status).toBe(201);
    expect((await admin('POST', '/organizations/newco/projects', { name: 'web' })).status).toBe(201);
    const { key, id } = await newKey({ project: 'web', name: 'app' });
    await eventually(async () => expect((await chat(key)).status).toBe(200));
    const usage = await as(key, 'GET', '/v1/usage?group_by=project');
    expect(usage.status).toBe(200);
    const shown = await admin('GET', `/organizations/newco/keys/${id}`);
    expect(shown.text).not.toContain(key);
    expect((await admin('GET', '/organizations/newco/keys/key_unknown')).json.error?.code).toBe('not_found');
  });

  journey('lets a key do what it is bound to, and nothing of others', async () => {
    const { key } = await newKey({ project: 'web', name: 'bound', models: ['small'], providers: ['toy'] });
    await eventually(async () => expect((await chat(key)).status).toBe(200));
    expect((await chat(key, 'large')).status).toBe(404);
    const models = await as(key, 'GET', '/v1/models');
    expect((models.json['data'] as { id: string }[]).map(({ id }) => id)).toEqual(['small']);
    expect((await as(key, 'GET', '/admin/v1/organizations/newco')).json.error?.code).toBe('insufficient_permission');
    const { key: manager } = await newKey({ project: 'web', name: 'manager', scopes: ['management'] });
    await eventually(async () =>
      expect((await as(manager, 'GET', '/admin/v1/organizations/newco/keys')).status).toBe(200),
    );
    expect((await chat(manager)).status).toBe(403);
    const foreign = await as(manager, 'GET', '/admin/v1/organizations/demo/keys');
    const unknown = await as(manager, 'GET', '/admin/v1/organizations/nowhere/keys');
    expect([foreign.status, foreign.text.replace('demo', '')]).toEqual([404, unknown.text.replace('nowhere', '')]);
    const escalated = await as(manager, 'POST', '/admin/v1/organizations/newco/keys', {
      project: 'web',
      name: 'x',
      scopes: ['inference'],
    });
    expect(escalated.json.error?.code).toBe('grants_more_than_you_have');
  });

  journey('refuses a revoked key within moments, also while Postgres is down', async () => {
    const { key, id } = await newKey({ project: 'web', name: 'leaked' });
    await eventually(async () => expect((await chat(key)).status).toBe(200));
    await stack.kill('postgres');
    const revoked = await admin('DELETE', `/organizations/newco/keys/${id}`);
    const at = Date.now();
    expect(revoked.status).toBe(200);
    await eventually(async () => expect((await chat(key)).json.error?.code).toBe('revoked_api_key'));
    expect(Date.now() - at).toBeLessThan(REFUSED_WITHIN_MILLISECONDS);
    await eventually(
      async () => {
        const shown = await admin('GET', `/organizations/newco/keys/${id}`);
        expect(shown.json['status']).toBe('revoked');
      },
      { withinMilliseconds: 40_000 },
    );
  });

  journey('changes on an etag, and keeps a note of it in the trail', async () => {
    const { headers } = await admin('GET', '/organizations/newco/projects/web');
    const etag = String(headers.etag);
    const change = (ifMatch: string) =>
      admin('PATCH', '/organizations/newco/projects/web', { displayName: 'Web' }, { 'if-match': ifMatch });
    expect((await change(etag)).status).toBe(200);
    expect((await change(etag)).status).toBe(412);
    await eventually(async () => {
      const trail = await as(stack.adminKey, 'GET', '/v1/audit/events?organization=newco&limit=1000');
      const types = (trail.json['data'] as { type: string }[]).map(({ type }) => type);
      expect(types).toEqual(
        expect.arrayContaining([
          'organization.created',
          'project.created',
          'key.created',
          'key.revoked',
          'project.updated',
        ]),
      );
    });
  });

  journey(
    'sets prices, budgets and limits that hold on every ingress within seconds, and hold no more when they are raised',
    async () => {
      second = await MoreIngress.start(stack);
      const doors = [stack.url, second.url];
      const { key } = await newKey({ project: 'web', name: 'spender' });
      const body = { model: 'small', messages: [{ role: 'user', content: 'hi' }], max_tokens: 8 };
      const askAt = (door: string) => call(`${door}/v1/chat/completions`, { key, body });
      /** Each ingress comes to say so within the time that is promised, and goes on saying it. */
      const everywhere = async (status: number, cost?: string) => {
        for (const door of doors)
          await eventually(
            async () => {
              const { headers, text, ...answer } = await askAt(door);
              expect([door, answer.status, text]).toEqual([door, status, expect.any(String)]);
              if (cost !== undefined) expect(headers['x-switchyard-cost-usd']).toBe(cost);
            },
            { withinMilliseconds: IN_FORCE_WITHIN_MILLISECONDS },
          );
        for (const door of doors) expect((await askAt(door)).status).toBe(status);
      };
      const put = (path: string, fields: object) => admin('PUT', path, fields, { 'if-match': '*' });

      const price = { provider: 'toy', model: 'sim-small', price: { perRequest: '0.25' } };
      const set = await admin('PUT', '/prices/flat', price);
      expect([set.status, set.text]).toEqual([200, expect.any(String)]);
      expect(set.json).toMatchObject({ name: 'flat', managedBy: 'api', status: 'in_force', ...price });
      expect(set.headers.etag).toBe(set.json['etag']);
      await everywhere(200, '0.25');
      await eventually(async () => {
        const lines = `SELECT DISTINCT price_version AS version FROM billing.charge_lines JOIN billing.charges USING (request_id)
          WHERE key = 'spender' AND charges.cost_nano_usd = 250000000`;
        expect(await stack.query(lines)).toEqual([{ version: set.json['priceVersion'] }]);
      });
      expect((await admin('PUT', '/prices/flat', price)).status).toBe(428);
      expect((await admin('PUT', '/prices/flat', price, { 'if-match': '"v999"' })).status).toBe(412);
      const negative = await admin('PUT', '/prices/bad', { ...price, price: { perRequest: '-1' } });
      expect([negative.status, negative.json.error?.code]).toEqual([400, 'invalid_document']);
      expect(negative.text).toContain('plain non-negative decimal');
      const listed = await admin('GET', '/prices');
      expect((listed.json['data'] as { name: string }[]).map(({ name }) => name)).toEqual(['flat']);

      const web = '/organizations/newco/projects/web';
      const roomy = await put(`${web}/budgets`, { budgets: [{ limitUsd: '1000', period: 'month' }] });
      expect([roomy.status, roomy.json['warnings']]).toEqual([200, undefined]);
      await everywhere(200);
      const usedUsd = async () => {
        const { json } = await as(key, 'GET', '/v1/budgets');
        return Number((json['data'] as { used_usd: string }[])[0]?.used_usd);
      };
      await eventually(async () => expect(await usedUsd()).toBeGreaterThan(0));
      const narrow = await put(`${web}/budgets`, { budgets: [{ limitUsd: '0.1', period: 'month' }] });
      expect(narrow.status).toBe(200);
      expect(narrow.json['warnings']).toEqual([
        expect.stringMatching(
          /^The budget 'newco\/web:month' is set to 0\.1 USD, and .* are spent and .* refused until/,
        ),
      ]);
      await everywhere(402);
      await put(`${web}/budgets`, { budgets: [{ limitUsd: '1000', period: 'month' }] });
      await everywhere(200);

      await put(`${web}/limits`, { limits: { requestsPerMinute: 1 } });
      await everywhere(429);
      await put(`${web}/limits`, { limits: { requestsPerMinute: 10_000 } });
      await everywhere(200);
      await admin('DELETE', '/prices/flat');
      await eventually(async () => {
        const trail = await as(stack.adminKey, 'GET', '/v1/audit/events?organization=installation&limit=1000');
        const types = (trail.json['data'] as { type: string }[]).map(({ type }) => type);
        expect(types).toEqual(expect.arrayContaining(['price.created', 'price.deleted', 'configuration.changed']));
      });
    },
    90_000,
  );

  journey('has on record that an operator held back its work, or read the secret of a guard', async () => {
    const scope = { scope: 'project', name: 'newco/web' };
    expect((await admin('POST', '/queues/pause', { ...scope, reason: 'a look at it' })).status).toBe(200);
    expect((await admin('POST', '/queues/resume', scope)).status).toBe(200);
    expect((await admin('POST', '/guard-secrets', { url: 'https://guard.example.com/check' })).status).toBe(200);
    await eventually(async () => {
      const trail = await as(stack.adminKey, 'GET', '/v1/audit/events?organization=installation&limit=1000');
      const types = (trail.json['data'] as { type: string }[]).map(({ type }) => type);
      expect(types).toEqual(expect.arrayContaining(['queue.paused', 'queue.resumed', 'guard-secret.read']));
    });
    expect((await admin('GET', '/dead-letters')).json['data']).toEqual([]);
  });

  journey('has what its plan has within 5 s of an upgrade, and no more within 5 s of a downgrade', async () => {
    const bare = { name: 'bare', strategies: ['weighted'], features: [] };
    expect((await admin('POST', '/plans', { ...bare, strategies: ['cheapest'] })).json.error?.code).toBe(
      'invalid_document',
    );
    expect((await admin('POST', '/plans', bare)).status).toBe(201);
    const { key } = await newKey({ project: 'web', name: 'planned' });
    const wishing = { model: 'small:floor', messages: [{ role: 'user', content: 'hi' }] };
    const onPlan = async (plan: string, code: string | undefined) => {
      const changed = await admin('PATCH', '/organizations/newco', { plan }, { 'if-match': '*' });
      expect(changed.status).toBe(200);
      for (const door of [stack.url, second?.url ?? stack.url])
        await eventually(
          async () => {
            const batch = await call(`${door}/v1/batches`, { key, body: {} });
            const sorted = await call(`${door}/v1/chat/completions`, { key, body: wishing });
            expect([batch.text, sorted.text]).toEqual([
              expect.stringContaining(code ?? 'missing_required_parameter'),
              expect.stringContaining(code === undefined ? 'chat.completion' : 'strategy_not_in_plan'),
            ]);
          },
          { withinMilliseconds: IN_FORCE_WITHIN_MILLISECONDS },
        );
    };
    await onPlan('bare', 'feature_not_in_plan');
    expect((await chat(key)).status).toBe(200);
    await onPlan('pay-as-you-go', undefined);
    await onPlan('bare', 'feature_not_in_plan');
    await onPlan('pay-as-you-go', undefined);
  });

  journey('is written down by export without any secret, and that text changes nothing', async () => {
    const { text } = await call(`${stack.url}/admin/v1/configuration`, { key: stack.adminKey });
    expect(text).not.toContain(OUR_KEY);
    expect(text).toContain('name: newco');
    const diff = await admin('POST', '/configuration/diff', {
      text: text.replace(/^(breaker|unknownPrice):.*\n/m, ''),
    });
    expect(new Set((diff.json['differences'] as { change: string }[]).map(({ change }) => change))).toEqual(
      new Set(['file', 'unchanged']),
    );
    const kept = text.replace(/^(breaker|unknownPrice):.*\n/m, '');
    expect(kept).toContain('limitUsd: "1000"');
    const narrow = await admin('POST', '/configuration/apply', {
      text: kept.replace('limitUsd: "1000"', 'limitUsd: "0.1"'),
    });
    expect([narrow.status, narrow.json['warnings']]).toEqual([
      200,
      [expect.stringMatching(/^The budget 'newco\/web:month' is set to 0\.1 USD, and .* are spent/)],
    ]);
    const roomy = await admin('POST', '/configuration/apply', { text: kept });
    expect([roomy.status, roomy.json['warnings']]).toEqual([200, undefined]);
  });

  journey('serves scripts that know keys and teams as LiteLLM has them', async () => {
    const team = {
      team_alias: 'Team One',
      organization_id: 'newco',
      max_budget: 50,
      budget_duration: '30d',
      rpm_limit: 900,
    };
    const made = await as(stack.adminKey, 'POST', '/team/new', { ...team, metadata: { of: 'a script' } });
    expect(made.json).toMatchObject({ team_id: 'team-one', max_budget: 50, ignored_fields: ['metadata'] });
    const project = await admin('GET', '/organizations/newco/projects/team-one');
    expect(project.json).toMatchObject({
      budgets: [{ name: 'max_budget', limitUsd: '50', period: 'month' }],
      limits: { requestsPerMinute: 900 },
    });
    const place = { team_id: 'team-one', organization_id: 'newco' };
    const changed = await as(stack.adminKey, 'POST', '/team/update', {
      ...place,
      max_budget: 60,
      tpm_limit: 8_000_000,
    });
    expect([changed.status, changed.json]).toEqual([
      200,
      expect.objectContaining({
        team_id: 'team-one',
        data: expect.objectContaining({ max_budget: 60, budget_duration: '30d', rpm_limit: 900, tpm_limit: 8_000_000 }),
      }),
    ]);
    expect((await admin('GET', '/organizations/newco/projects/team-one')).json['budgets']).toEqual([
      { name: 'max_budget', limitUsd: '60', period: 'month' },
    ]);
    const fields = {
      team_id: 'team-one',
      organization_id: 'newco',
      key_alias: 'script',
      models: ['small'],
      duration: '30d',
      key_type: 'llm_api',
    };
    const allowed = { max_budget: 5.5, budget_duration: '24h', tpm_limit: 9_000_000, max_parallel_requests: 7 };
    const key = String((await as(stack.adminKey, 'POST', '/key/generate', { ...fields, ...allowed })).json['key']);
    await eventually(async () => expect((await chat(key)).status).toBe(200));
    const info = async () =>
      (await as(stack.adminKey, 'GET', `/key/info?key=${key}`)).json['info'] as { spend: number };
    expect(await info()).toMatchObject({ key_alias: 'script', team_id: 'team-one', models: ['small'], ...allowed });
    await eventually(async () => expect((await info()).spend).toBeGreaterThan(0));
    const told = await as(stack.adminKey, 'GET', '/team/info?team_id=team-one&organization_id=newco');
    expect(told.json).toMatchObject({
      team_id: 'team-one',
      team_info: { team_alias: 'Team One', max_budget: 60, spend: (await info()).spend, blocked: false },
      keys: [{ key_alias: 'script', max_budget: 5.5 }],
    });
    for (const [body, status] of [
      [{ ...place, team_id: 'nowhere' }, 404],
      [{ ...place, models: ['small'] }, 400],
      [{ ...place, max_budget: -1 }, 400],
    ] as const)
      expect([body, (await as(stack.adminKey, 'POST', '/team/update', body)).status]).toEqual([body, status]);
    const update = (change: object) => as(stack.adminKey, 'POST', '/key/update', { key, ...change });
    const narrowed = await update({ max_budget: 0.000000001, rpm_limit: 100_000 });
    expect(narrowed.json).toMatchObject({ ...allowed, max_budget: 1e-9, rpm_limit: 100_000 });
    await eventually(async () => expect((await chat(key)).json.error?.code).toBe('budget_exceeded'));
    for (const [change, param] of [
      [{ max_budget: -1 }, 'max_budget'],
      [{ budget_duration: '5d' }, 'budget_duration'],
      [{ soft_budget: 1 }, 'soft_budget'],
    ] as const) {
      const { status, json } = await update(change);
      expect([status, json.error]).toEqual([400, expect.objectContaining({ param })]);
    }
    expect((await update({ max_budget: null })).json).toMatchObject({ max_budget: null, tpm_limit: 9_000_000 });
    await eventually(async () => expect((await chat(key)).status).toBe(200));
    expect((await as(stack.adminKey, 'POST', '/key/delete', { keys: [key] })).status).toBe(200);
    await eventually(async () => expect((await chat(key)).status).toBe(401));
  });
});
