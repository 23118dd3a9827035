import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TerminalForTests } from '../call-api/terminal.fixture.js';
import { configurationCommands } from './configuration.commands.js';

const YAML = 'version: 1\nmodels:\n  - name: small # the cheap one\n';

describe('the configuration in force', () => {
  const terminal = new TerminalForTests(() => ({ body: YAML }));

  beforeAll(() => terminal.start());
  beforeEach(() => terminal.listen());
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => terminal.stop());

  async function exported(...flags: string[]): Promise<string> {
    await terminal.run(
      configurationCommands().find((one) => one.name() === 'export')!,
      ...flags,
    );
    return terminal.printed;
  }

  it('is printed as it came', async () => {
    expect(await exported()).toBe(YAML);
  });

  it('is one JSON object where that is asked for', async () => {
    expect(await exported('--json')).toBe('{"version":1,"models":[{"name":"small"}]}\n');
  });
});
