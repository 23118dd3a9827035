import { beforeEach, describe, expect, it } from '@jest/globals';
import { ProviderFailure } from '../provider-failure.js';
import { AccessTokens } from './access-tokens.js';
import { ServiceAccount } from './service-account.js';
import { TestServiceAccount } from './service-account.fixture.js';

const HOUR_MILLISECONDS = 3_600_000;

const testAccount = new TestServiceAccount();
const account = ServiceAccount.read(testAccount.keyFile('https://tokens.example'));

describe('the access tokens of a service account', () => {
  let now: number;
  let answers: (() => Response)[];
  let asked: { url: string; form: URLSearchParams }[];
  let tokens: AccessTokens;

  const token = (text: string) => () => Response.json({ access_token: text, expires_in: 3_600, token_type: 'Bearer' });

  beforeEach(() => {
    now = 1_700_000_000_000;
    answers = [token('first'), token('second')];
    asked = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      asked.push({ url: url as string, form: new URLSearchParams(init?.body as string) });
      const answer = answers.shift();
      if (!answer) throw new Error('nobody is there');
      return answer();
    };
    tokens = new AccessTokens(account, fetch, () => now);
  });

  it('come for a claim that the account has signed', async () => {
    expect(await tokens.current()).toBe('first');
    expect(asked[0]?.url).toBe('https://tokens.example/token');
    expect(asked[0]?.form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(testAccount.claimsOf(asked[0]?.form.get('assertion') ?? '')).toEqual({
      iss: 'gateway@demo-project.iam.gserviceaccount.com',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: 'https://tokens.example/token',
      iat: 1_700_000_000,
      exp: 1_700_003_600,
    });
  });

  it('serve many calls at once, and until shortly before their end', async () => {
    expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(['first', 'first']);
    now += HOUR_MILLISECONDS - 120_000;
    expect(await tokens.current()).toBe('first');
    expect(asked).toHaveLength(1);
    now += 60_000;
    expect(await tokens.current()).toBe('second');
  });

  it('are fetched anew when one was refused', async () => {
    await tokens.current();
    tokens.forget();
    expect(await tokens.current()).toBe('second');
  });

  it.each([
    [() => Response.json({ error: 'invalid_grant' }, { status: 400 }), 'authentication'],
    [() => Response.json({}, { status: 503 }), 'overloaded'],
    [() => Response.json({ token: 'of another kind' }), 'authentication'],
    [
      () => {
        throw new Error('no route');
      },
      'connection',
    ],
  ] as const)('fail as what went wrong (%#)', async (answer, errorClass) => {
    answers = [answer];
    const failure: unknown = await tokens.current().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProviderFailure);
    expect(failure).toMatchObject({ errorClass });
  });

  it('are asked for again after a failure', async () => {
    answers.unshift(() => Response.json({}, { status: 500 }));
    await expect(tokens.current()).rejects.toThrow();
    expect(await tokens.current()).toBe('first');
  });
});

describe('a key file', () => {
  it.each(['{}', '{"type":"authorized_user","private_key":"x"}', '{"type":"service_account","client_email":"a"'])(
    'that is not one of a service account is refused without quoting it (%#)',
    (keyFile) => {
      expect(() => ServiceAccount.read(keyFile)).toThrow(/no key file of a service account/);
    },
  );
});
