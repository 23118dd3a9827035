import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Markups } from '#libs/budgets';
import type { Caller } from '#libs/contracts';

import { startControlForTests, type ControlForTests } from '../control.fixture.js';
import { ApplyDocumentsHandler } from './apply-documents.handler.js';

const FILE = `version: 1
providers: { toy: { kind: sim } }
models:
  - { name: small, targets: [ { provider: toy, model: sim-small, price: { inputPerMillion: "1", outputPerMillion: "1" } } ] }
organizations: [ { name: demo, projects: [ { name: default } ] } ]
`;
const WANTED = `version: 1
providers: { up: { kind: openai, baseUrl: "http://127.0.0.1:9/v1", apiKey: sk-canary } }
plans: [ { name: team, markup: "12.5%", limits: { requestsPerMinute: 10 } } ]
organizations:
  - name: acme
    plan: team
    projects: [ { name: web }, { name: lab } ]
    members: [ { email: ann@example.com, role: owner } ]
    serviceAccounts: [ { name: robot, role: developer } ]
`;
const admin: Caller = { organization: 'demo', project: 'default', key: 'admin', admin: true };
const START_MILLISECONDS = 60_000;

describe('a text that is applied', () => {
  let control: ControlForTests;
  let handler: ApplyDocumentsHandler;

  beforeAll(async () => {
    control = await startControlForTests(FILE, { SWITCHYARD_PROVIDER_ALLOW: '127.0.0.1/32' });
    handler = control.application.get(ApplyDocumentsHandler);
  }, START_MILLISECONDS);
  afterAll(() => control.stop());

  const apply = async (text: string, how: { isTrial?: boolean; prune?: boolean } = {}) => {
    const { differences } = await handler.apply({ caller: admin, text, isTrial: false, prune: false, ...how });
    return differences.map(({ kind, name, change, fields }) => [
      kind,
      kind === 'member' ? '' : name,
      change,
      ...fields,
    ]);
  };
  const created = [
    'provider up',
    'plan team',
    'organization acme',
    'project web',
    'project lab',
    'service-account robot',
    'member ',
  ];

  it('is told of before and made all at once, and applying it again changes nothing', async () => {
    const wanted = created.map((line) => [...line.split(' '), 'create']);
    expect(await apply(WANTED, { isTrial: true })).toEqual(wanted);
    expect(await control.database.query('SELECT 1 FROM control.documents')).toEqual([]);
    expect(await apply(WANTED)).toEqual(wanted);
    expect(await apply(WANTED)).toEqual(wanted.map(([kind, name]) => [kind, name, 'unchanged']));
    const markups = new Markups(control.messaging.snapshotWatch.current ?? {});
    expect(markups.of({ organization: 'acme', project: 'web' })).toBe(125_000);
  });

  it('comes back as it went in, but for secrets, and what comes back changes nothing', async () => {
    const { text } = await handler.export({ caller: admin });
    expect(text).not.toContain('canary');
    expect(text).toContain('[redacted]');
    const again = await apply(text);
    expect(new Set(again.map(([, , change]) => change))).toEqual(new Set(['file', 'unchanged']));
  });

  it('changes what differs, and takes away what it does not have where that is asked for', async () => {
    const text = WANTED.replace('plan: team', 'plan: free').replace(', { name: lab }', '');
    expect((await apply(text)).filter(([, , change]) => change !== 'unchanged')).toEqual([
      ['organization', 'acme', 'update', 'plan'],
    ]);
    expect((await apply(text, { prune: true })).filter(([, , change]) => change !== 'unchanged')).toEqual([
      ['project', 'lab', 'delete'],
    ]);
    for (const misshapen of [
      '',
      'gone',
      'organizations: { acme: { plan: team } }',
      'plans: [ { nam: team } ]',
      'models:',
    ])
      await expect(apply(misshapen, { prune: true })).rejects.toMatchObject({ reply: { code: 'invalid_document' } });
    expect(await control.database.query('SELECT 1 FROM control.documents')).not.toEqual([]);
    await apply('version: 1', { prune: true });
    expect(await control.database.query('SELECT 1 FROM control.documents')).toEqual([]);
  });

  it('is refused as a whole when any part of it is wrong', async () => {
    const refused = (code: string) => ({ reply: { code } });
    const broken = WANTED.replace('plan: team', 'plan: nowhere');
    const misspelt = WANTED.replace('markup:', 'markupp:');
    for (const isTrial of [true, false]) {
      await expect(apply(broken, { isTrial })).rejects.toMatchObject(refused('invalid_document'));
      await expect(apply(misspelt, { isTrial })).rejects.toThrow(
        'plans[0].markupp: unknown field; did you mean "markup"?',
      );
      await expect(apply('plans: [ { name: team, markupp: "1%" } ]', { isTrial })).rejects.toThrow('did you mean');
    }
    await expect(apply('providers: [')).rejects.toMatchObject(refused('invalid_document'));
    await expect(apply(WANTED.replace('sk-canary', '"${env:HOME}"'))).rejects.toThrow('references are followed by');
    await expect(apply('version: 1\nbreaker: {}')).rejects.toThrow('configuration file only');
    await expect(
      handler.apply({ caller: { ...admin, admin: false }, text: WANTED, isTrial: true, prune: false }),
    ).rejects.toMatchObject(refused('admin_key_required'));
    expect(await control.database.query('SELECT 1 FROM control.documents')).toEqual([]);
  });

  it.each([
    ['nested too deep', '['.repeat(5_000), 'nested too deep'],
    [
      'of aliases that multiply',
      [
        'a: &a [x,x,x,x,x,x,x,x,x]',
        ...['b', 'c', 'd', 'e'].map((to, at) => `${to}: &${to} [${Array(9).fill(`*${'abcd'[at]}`).join(',')}]`),
      ].join('\n'),
      'aliases are wrong',
    ],
    ['of an alias to nothing', 'organizations: *none', 'none'],
  ])('is refused in words where it is %s', async (_what, text, words) => {
    for (const isTrial of [true, false])
      await expect(apply(text, { isTrial })).rejects.toMatchObject({
        reply: { status: 400, message: expect.stringContaining(words) },
      });
  });
});
