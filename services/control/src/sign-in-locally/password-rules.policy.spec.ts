import { describe, expect, it } from '@jest/globals';

import { reasonAgainstPassword } from './password-rules.policy.js';

const EMAIL = 'jo.smith@acme.example';

describe('a password', () => {
  it.each([
    ['too short', 'Xk9$mQ2p!wz'],
    ['too long', 'abcdé fghi'.repeat(30)],
    ['few characters', 'abababababab'],
    ['a run', '123456789012'],
    ['a run of the keyboard', 'qwertyuiop[]'],
    ['a run backwards', 'poiuytrewq98'],
    ['a common word with figures', 'password1234'],
    ['a common word in disguise', 'P@ssw0rd!2026'],
    ['two common words', 'AdminPassword1'],
    ['our own name', 'Switchyard2026!'],
    ['a season', 'Summer2026!!!'],
    ['the address', 'jo.smith@acme.example'],
    ['the name in the address', 'xx-Jo.Smith-99'],
  ])('is refused: %s', (_what, password) => {
    expect(reasonAgainstPassword(password, EMAIL)).toMatch(/\.$/);
  });

  it.each([
    'long enough a phrase',
    'another of 23 characters',
    'tr0ub4dor&3-then',
    'Schlüssel für Bäume',
    '日本語のとても長い合言葉です',
  ])('is taken: %s', (password) => {
    expect(reasonAgainstPassword(password, EMAIL)).toBeUndefined();
  });
});
