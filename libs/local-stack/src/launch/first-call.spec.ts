import { describe, expect, it } from '@jest/globals';

import { firstCall, type ReadyStack } from './first-call.js';

const KEY = { key: 'sy_admin_one', sha256: 'x', origin: 'made now' } as const;
const STACK: ReadyStack = { url: 'http://127.0.0.1:8080', model: 'small', notices: [], configFile: '/etc/own.yaml' };

describe('what is printed of a stack that is ready', () => {
  it('is its address, its key and a call that works as it is', () => {
    const text = firstCall(STACK, KEY);
    expect(text).toContain('\nSwitchyard is ready.\n  URL   http://127.0.0.1:8080\n');
    expect(text).toContain('curl http://127.0.0.1:8080/v1/chat/completions -H "Authorization: Bearer sy_admin_one"');
    expect(text).toMatch(/Ctrl-C stops it; the data stays\.$/);
  });

  it('says in its first line that something should be looked at, and at its end what, and what to do', () => {
    const text = firstCall({ ...STACK, notices: ['control: the last one that was accepted is in force'] }, KEY);
    expect(text).toContain('\nSwitchyard is ready. Not all is as it should be, though: see below.\n');
    expect(text.split('\n').slice(-2)).toEqual([
      '  ! control: the last one that was accepted is in force',
      '  → Put right what the ERROR above names and save: no restart is needed, but for a variable that is not set. "npx switchyard check /etc/own.yaml" names them all.',
    ]);
  });
});
