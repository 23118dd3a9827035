import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { configurationCommands } from './configuration.commands.js';

const YAML = 'version: 1\nmodels:\n  - name: small # the cheap one\n';

describe('the configuration in force', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((_request, response) => response.end(YAML));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function exported(...flags: string[]): Promise<string> {
    let printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const { port } = server.address() as AddressInfo;
    const command = configurationCommands().find((one) => one.name() === 'export');
    await command?.parseAsync(['--url', `http://127.0.0.1:${port}`, '--key', 'sk-test', ...flags], { from: 'user' });
    return printed;
  }

  it('is printed as it came', async () => {
    expect(await exported()).toBe(YAML);
  });

  it('is one JSON object where that is asked for', async () => {
    expect(await exported('--json')).toBe('{"version":1,"models":[{"name":"small"}]}\n');
  });
});
