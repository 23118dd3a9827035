import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TerminalForTests } from '../call-api/terminal.fixture.js';
import { runCommandLine } from '../run-command-line.js';

describe('switchyard audit', () => {
  const held = { data: [{ organization: 'acme', held_since: '2026-01-31T12:00:00.000Z' }] };
  const nothing = { pseudonym: 'sub_1', erased_at: '2026-01-31T12:00:00.000Z', keys_destroyed: 0 };
  const terminal = new TerminalForTests(({ url, route }) => {
    if (url.pathname.endsWith('/erasures')) return { body: nothing };
    return { body: route.startsWith('DELETE') ? { data: [] } : held };
  });

  beforeAll(() => terminal.start());
  beforeEach(() => terminal.listen());
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => terminal.stop());
  const run = (...words: string[]) => runCommandLine(['audit', ...words, ...terminal.connection]);

  it('places, lists and lifts legal holds, with the reason that the trail has', async () => {
    const whose = ['--organization', 'acme', '--reason', 'case 7'];
    expect(await run('hold', 'place', ...whose)).toBe(0);
    expect(await run('hold', 'list')).toBe(0);
    expect(terminal.printed).toBe('acme  held since 2026-01-31T12:00:00.000Z\n'.repeat(2));
    terminal.printed = '';
    expect(await run('hold', 'lift', ...whose)).toBe(0);
    expect(terminal.printed).toBe('No trail is held.\n');
    expect(terminal.asked.map(({ route, body }) => [route, body])).toEqual([
      ['POST /admin/v1/audit/holds/acme', { reason: 'case 7' }],
      ['GET /admin/v1/audit/holds', undefined],
      ['DELETE /admin/v1/audit/holds/acme', { reason: 'case 7' }],
    ]);
    expect(await run('hold', 'place', '--organization', 'acme')).toBe(1);
    expect(terminal.complained).toContain("required option '--reason <text>' not specified");
  });

  it('does not call it an erasure where nothing was kept of that name', async () => {
    expect(await run('erase', '--organization', 'acme', '--subject', 'alicia', '--reason', 'asked')).toBe(0);
    expect(terminal.printed).toContain('Nothing was there to erase: of the end user "alicia"');
  });
});
