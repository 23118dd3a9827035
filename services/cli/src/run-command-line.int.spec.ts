import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { runCommandLine } from './run-command-line.js';

describe('a command line', () => {
  let server: Server;
  let url: string;
  let written: { out: string; err: string };

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/admin/v1/ledger/verify') {
        const findings = [{ check: 'C1', subject: 'txn_1', message: 'is not balanced' }];
        const sums = { charges: 1, lines: 1, transactions: 1, entries: 2, findings };
        response.end(JSON.stringify({ ...sums, is_sound: false }));
        return;
      }
      response.statusCode = 429;
      response.end(JSON.stringify({ error: { message: 'Not now.', code: 'rate_limit_exceeded' } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    written = { out: '', err: '' };
    for (const [stream, name] of [
      [process.stdout, 'out'],
      [process.stderr, 'err'],
    ] as const)
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        written[name] += String(text);
        return true;
      });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const connection = () => ['--url', url, '--key', 'sk-test'];

  it('that is refused says so on standard error alone', async () => {
    expect(await runCommandLine(['batch', 'list', ...connection()])).toBe(1);
    expect(written).toEqual({ out: '', err: 'switchyard: Not now.\n' });
  });

  it('with --json prints the refusal as one object, with its code and whether to try again', async () => {
    expect(await runCommandLine(['batch', 'list', '--json', ...connection()])).toBe(1);
    const error = { message: 'Not now.', code: 'rate_limit_exceeded', retryable: true };
    expect(JSON.parse(written.out)).toEqual({ error });
  });

  it('with --json says that nobody is there, and what is wrong with it, in the same form', async () => {
    expect(await runCommandLine(['batch', 'list', '--json', '--key', 'k', '--url', 'http://127.0.0.1:1'])).toBe(1);
    expect(JSON.parse(written.out)).toMatchObject({ error: { code: 'unreachable', retryable: true } });
    written.out = '';
    expect(await runCommandLine(['batch', 'run', '--json'])).toBe(1);
    const error = { message: "missing required argument 'file'", code: 'wrong_arguments', retryable: false };
    expect(JSON.parse(written.out)).toEqual({ error });
    expect(written.err).toContain('(add --help for what there is)');
  });

  it('leaves with 2 and one object where what was found is not well, and with 0 where help was asked for', async () => {
    expect(await runCommandLine(['ledger', 'verify', '--json', ...connection()])).toBe(2);
    expect(JSON.parse(written.out)).toMatchObject({ is_sound: false });
    expect(await runCommandLine(['ledger', '--help'])).toBe(0);
  });
});
