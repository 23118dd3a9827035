import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { INSTALLATION_TRAIL } from '#libs/contracts';
import { buildRequestEnded } from '#libs/testing';
import { AuditParts, callerOf } from '../audit.fixture.js';
import { HoldLogsController } from '../keep-partitions/hold-logs.controller.js';
import { PartitionsRepository } from '../keep-partitions/partitions.repository.js';

const caller = callerOf('house', { admin: true });
const period = { since: 0, until: Date.now() };

describe('a name that no organization has', () => {
  let parts: AuditParts;
  let holds: HoldLogsController;
  beforeAll(async () => {
    parts = await AuditParts.open();
    holds = new HoldLogsController(new PartitionsRepository(parts.database), parts.deeds, parts.known);
    await parts.record([buildRequestEnded({ organization: 'gone' })]);
    parts.configured.current = { organizations: [{ name: 'silent', projects: [] }] };
  });
  afterAll(() => parts.close());

  const asked = (organization: string) => ({ caller, organization });
  const ways: [string, (organization: string) => Promise<unknown>][] = [
    ['events', (name) => parts.events.list({ ...asked(name), limit: 1 })],
    ['a tail', (name) => parts.events.list({ ...asked(name), limit: 1, isStretch: true, continues: true })],
    ['keys', (name) => parts.lister.keys(asked(name))],
    ['checkpoints', (name) => parts.lister.list({ ...asked(name), limit: 1 })],
    ['an export', (name) => parts.reader.begin({ ...asked(name), format: 'ndjson', filter: {} })],
    ['a stretch of an export', (name) => parts.reader.read({ ...asked(name), start: 0, size: 0, filter: {} })],
    ['a report', (name) => parts.reporter.read({ ...asked(name), ...period, report: 'policy-changes', after: -1 })],
    ['a proof of inclusion', (name) => parts.prover.proveInclusion({ ...asked(name), sequence: 0 })],
    ['a proof of consistency', (name) => parts.prover.proveConsistency({ ...asked(name), from: 0 })],
    ['a payload', (name) => parts.payloadReader.read({ ...asked(name), requestId: 'req_0123456789', part: 1 })],
    ['an erasure', (name) => parts.eraser.erase({ ...asked(name), subject: 'jo', reason: 'asked' })],
    ['a legal hold', (name) => holds.put({ ...asked(name), isHeld: true, reason: 'a case' })],
    ['the end of a hold', (name) => holds.put({ ...asked(name), isHeld: false, reason: 'closed' })],
  ];

  it.each(ways)('is refused for %s, and leaves no log', async (_, ask) => {
    await expect(ask('acmee')).rejects.toMatchObject({
      reply: { status: 404, code: 'organization_not_found', param: 'organization' },
    });
    expect(await parts.server.query(`SELECT FROM audit.logs WHERE organization = 'acmee'`)).toEqual([]);
  });

  it.each(ways)('is not mistaken for one that is configured or has left a log: %s', async (_, ask) => {
    for (const name of ['silent', 'gone', INSTALLATION_TRAIL]) {
      const refusal = await ask(name).then(
        () => undefined,
        (error: { reply?: { code: string } }) => error.reply?.code,
      );
      expect(['none', 'entry_not_found', 'log_too_short', 'payload_not_kept', 'checkpoint_not_found']).toContain(
        refusal ?? 'none',
      );
    }
  });

  it('is not told from others before there is a configuration', async () => {
    const { current } = parts.configured;
    parts.configured.current = undefined;
    const refusal = { reply: { status: 503, code: 'temporarily_unavailable' } };
    await expect(parts.lister.keys(asked('unheard-of'))).rejects.toMatchObject(refusal);
    expect((await parts.lister.keys(asked('gone'))).keys).toBeDefined();
    parts.configured.current = current;
  });

  it('is not the own, of which nothing needs to be known', async () => {
    expect(await parts.lister.list({ caller: callerOf('mine'), limit: 1 })).toEqual({ checkpoints: [], next: null });
  });

  it('is not told apart from others by those who may not read them', async () => {
    const stranger = callerOf('acme');
    for (const organization of ['gone', 'acmee'])
      await expect(parts.lister.keys({ caller: stranger, organization })).rejects.toMatchObject({
        reply: { status: 403, code: 'organization_not_permitted' },
      });
  });
});
