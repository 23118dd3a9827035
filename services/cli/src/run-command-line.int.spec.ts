import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TerminalForTests } from './call-api/terminal.fixture.js';
import { runCommandLine } from './run-command-line.js';

describe('a command line', () => {
  const findings = [{ check: 'C1', subject: 'txn_1', message: 'is not balanced' }];
  const unsound = { charges: 1, lines: 1, transactions: 1, entries: 2, findings, is_sound: false };
  const refused = { status: 429, body: { error: { message: 'Not now.', code: 'rate_limit_exceeded' } } };
  const terminal = new TerminalForTests(({ url }) => (url.pathname.includes('ledger') ? { body: unsound } : refused));

  beforeAll(() => terminal.start());
  beforeEach(() => terminal.listen());
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => terminal.stop());

  it('that is refused says so on standard error alone', async () => {
    expect(await runCommandLine(['batch', 'list', ...terminal.connection])).toBe(1);
    expect([terminal.printed, terminal.complained]).toEqual(['', 'switchyard: Not now.\n']);
  });

  it('with --json prints the refusal as one object, with its code and whether to try again', async () => {
    expect(await runCommandLine(['batch', 'list', '--json', ...terminal.connection])).toBe(1);
    const error = { message: 'Not now.', code: 'rate_limit_exceeded', retryable: true };
    expect(JSON.parse(terminal.printed)).toEqual({ error });
  });

  it('with --json says that nobody is there, and what is wrong with it, in the same form', async () => {
    expect(await runCommandLine(['batch', 'list', '--json', '--key', 'k', '--url', 'http://127.0.0.1:1'])).toBe(1);
    expect(JSON.parse(terminal.printed)).toMatchObject({ error: { code: 'unreachable', retryable: true } });
    terminal.printed = '';
    expect(await runCommandLine(['batch', 'run', '--json'])).toBe(1);
    const error = { message: "missing required argument 'file'", code: 'wrong_arguments', retryable: false };
    expect(JSON.parse(terminal.printed)).toEqual({ error });
    expect(terminal.complained).toContain('(add --help for what there is)');
  });

  it('leaves with 2 and one object where what was found is not well, and with 0 where help was asked for', async () => {
    expect(await runCommandLine(['ledger', 'verify', '--json', ...terminal.connection])).toBe(2);
    expect(JSON.parse(terminal.printed)).toMatchObject({ is_sound: false });
    expect(await runCommandLine(['ledger', '--help'])).toBe(0);
  });
});
