import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Caller, Resource, ResourceChange } from '#libs/contracts';
import { eventually } from '#libs/testing';

import { ApplyDocumentsHandler } from '../apply-documents/apply-documents.handler.js';
import { ChangePoliciesHandler } from '../change-policies/change-policies.handler.js';
import { startControlForTests, type ControlForTests } from '../control.fixture.js';
import { ChangeDocumentsHandler } from './change-documents.handler.js';
import { ShownDocuments } from './shown-documents.js';

const FILE = `version: 1
providers:
  main: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1", apiKey: "sk-of-the-file" }
models:
  - name: small
    targets:
      - { provider: main, model: one, price: { inputPerMillion: "0.40", outputPerMillion: "1.60" } }
prices:
  - { name: of-the-file, provider: main, model: one, effectiveFrom: "2020-01-01T00:00:00Z", price: { inputPerMillion: "0.50", outputPerMillion: "1.60" } }
organizations:
  - { name: demo, projects: [ { name: default } ] }
`;
const PROPOSAL = `version: 1
providers:
  main: { kind: openai, baseUrl: "http://127.0.0.1:9001/v1", apiKey: "sk-of-the-file" }
models:
  - name: small
    timeouts: { totalMs: 1234 }
    targets:
      - { provider: main, model: one, price: { inputPerMillion: "0.40", outputPerMillion: "1.60" } }
organizations:
  - { name: demo, projects: [ { name: default } ] }
`;
const caller: Caller = { organization: 'demo', project: 'default', key: 'admin', admin: true };
const START_MILLISECONDS = 60_000;

describe('prices of the admin API', () => {
  let control: ControlForTests;
  let changes: ChangeDocumentsHandler;
  let shown: ShownDocuments;

  beforeAll(async () => {
    control = await startControlForTests(FILE);
    changes = control.application.get(ChangeDocumentsHandler);
    shown = control.application.get(ShownDocuments);
  }, START_MILLISECONDS);
  afterAll(() => control.stop());

  const usd = (inputPerMillion: string) => ({ inputPerMillion, outputPerMillion: '1.60' });
  const put = async (name: string, document: object, rest: Partial<ResourceChange> = {}): Promise<Resource> => {
    const command = {
      caller,
      kind: 'price' as const,
      action: 'put' as const,
      name,
      document: { ...document },
      ...rest,
    };
    return (await changes.change(command)).resource!;
  };
  const remove = (name: string) => changes.change({ caller, kind: 'price', action: 'delete', name, document: {} });
  const priceInForce = () => control.messaging.snapshotWatch.current?.models[0]?.targets[0]?.price;
  const inputIs = (nanoUsd: string) =>
    eventually(() => expect(priceInForce()?.inputNanoUsdPerMillion).toBe(nanoUsd), { withinMilliseconds: 30_000 });
  const refused = (status: number, code: string) => ({ reply: { status, code } });
  const one = { provider: 'main', model: 'one', effectiveFrom: '2021-01-01T00:00:00Z' };

  it('are in force at once, under the version that charges name, and gone when they are removed', async () => {
    await inputIs('500000000');
    const made = await put('cheap', { ...one, price: usd('0.30') });
    await inputIs('300000000');
    expect(made).toMatchObject({
      managedBy: 'api',
      facts: { priceVersion: priceInForce()?.version, status: 'in_force' },
    });
    const { resources } = await shown.list({ caller, kind: 'price', limit: 100 });
    expect(resources.map(({ name, facts }) => [name, facts?.['status']])).toEqual([
      ['cheap', 'in_force'],
      ['of-the-file', 'superseded'],
    ]);
    await expect(put('cheap', { ...one, price: usd('0.20') })).rejects.toMatchObject(refused(428, 'etag_required'));
    await put('cheap', { ...one, price: usd('0.20') }, { ifMatch: made.etag });
    await inputIs('200000000');
    await expect(put('cheap', { ...one, price: usd('0.10') }, { ifMatch: made.etag })).rejects.toMatchObject(
      refused(412, 'stale_etag'),
    );
    await remove('cheap');
    await inputIs('500000000');
    await expect(put('of-the-file', { ...one, price: usd('1') }, { ifMatch: '*' })).rejects.toMatchObject(
      refused(409, 'managed_by_file'),
    );
  });

  it('begin at their time, without anybody asking', async () => {
    const effectiveFrom = new Date(Date.now() + 4_000).toISOString();
    const made = await put('soon', { ...one, effectiveFrom, price: usd('0.70') });
    expect(made.facts?.['status']).toBe('scheduled');
    expect(priceInForce()?.inputNanoUsdPerMillion).toBe('500000000');
    await inputIs('700000000');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(effectiveFrom));
    await remove('soon');
    await inputIs('500000000');
  });

  it.each([
    ['a negative amount', { ...one, price: usd('-0.1') }, 'plain non-negative decimal'],
    ['a huge amount', { ...one, price: usd('9999999999') }, 'at most 1000000 USD'],
    ['an unknown currency', { ...one, currency: 'XYZ', price: usd('1') }, 'must be USD'],
    ['an unknown provider', { ...one, provider: 'mane', price: usd('1') }, 'no provider is called "mane"'],
    ['an unknown model', { ...one, model: 'tow', price: usd('1') }, 'is called "tow"'],
  ])('are refused by name with %s, and nothing changes', async (_what, document, reason) => {
    const refusal = { reply: { status: 400, code: 'invalid_document', message: expect.stringContaining(reason) } };
    await expect(put('bad', document)).rejects.toMatchObject(refusal);
    await expect(shown.read({ caller, kind: 'price', name: 'bad' })).rejects.toMatchObject(refused(404, 'not_found'));
  });

  it('keep what they are of, and are the same document by the other door', async () => {
    const texts = control.application.get(ApplyDocumentsHandler);
    await put('kept', { ...one, price: { ...usd('0.25'), perImage: '0.04' } });
    const { text } = await texts.export({ caller });
    expect(text).toContain('name: kept');
    const prices = text.slice(text.indexOf('prices:'), text.indexOf('organizations:'));
    const apply = (isTrial: boolean) =>
      texts.apply({ caller, text: `version: 1\n${prices.replace('"0.25"', '"0.26"')}`, isTrial, prune: false });
    const { differences } = await apply(true);
    expect(differences).toEqual([
      { kind: 'price', name: 'of-the-file', change: 'file', fields: [] },
      { kind: 'price', name: 'kept', change: 'update', fields: ['price'] },
    ]);
    await apply(false);
    await inputIs('260000000');
  });

  it('hold for policies that are on trial or were put in force by hand', async () => {
    const policies = control.application.get(ChangePoliciesHandler);
    await put('kept', { ...one, price: usd('0.27') }, { ifMatch: '*' });
    await inputIs('270000000');
    const onTrial = () => control.messaging.snapshotWatch.current?.trial?.models[0]?.targets[0]?.price;
    await policies.try({ caller, text: PROPOSAL, share: 0.1 });
    await eventually(() => expect(onTrial()?.inputNanoUsdPerMillion).toBe('270000000'));
    await policies.promote({ caller });
    await inputIs('270000000');
    expect(control.messaging.snapshotWatch.current?.models[0]?.timeouts.totalMilliseconds).toBe(1_234);
    const effectiveFrom = new Date(Date.now() + 1_500).toISOString();
    await put('dear', { ...one, effectiveFrom, price: usd('0.90') });
    await policies.try({ caller, text: PROPOSAL, share: 0.1 });
    await policies.promote({ caller });
    await inputIs('900000000');
    expect(control.messaging.snapshotWatch.current?.models[0]?.timeouts.totalMilliseconds).toBe(1_234);
  });
});
