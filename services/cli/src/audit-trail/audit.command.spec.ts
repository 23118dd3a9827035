import { describe, expect, it } from '@jest/globals';

import { auditCommand } from './audit.command.js';

describe('switchyard audit', () => {
  it('has commands whose flags do not clash, and tells the key that asks from the key that is asked about', () => {
    const report = auditCommand(() => undefined).commands.find((command) => command.name() === 'report');
    const flags = report?.options.map(({ long }) => long);
    expect(flags).toEqual(expect.arrayContaining(['--key', '--of-key']));
    expect(new Set(flags).size).toBe(flags?.length);
  });
});
