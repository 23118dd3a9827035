import { describe, expect, it } from '@jest/globals';
import { captureLog } from './captured-log.fixture.js';

const KEY = 'sk-canaryKEY-1234567890abcdef';
const OWN_KEY = 'sy_live_canaryKEY_0123456789';
const PROMPT = 'canaryPROMPT please tell me about my illness';

function nested(depth: number, inner: object): object {
  return depth === 0 ? inner : { attempt: { number: depth, next: nested(depth - 1, inner) } };
}

function databaseError(): Error {
  return Object.assign(new Error(`invalid input syntax for type uuid: "${PROMPT}"`), {
    severity: 'ERROR',
    code: '22P02',
    detail: PROMPT,
    query: `INSERT INTO x VALUES ('${PROMPT}')`,
    parameters: [PROMPT, KEY],
    driverError: { detail: PROMPT },
  });
}

function parseError(): unknown {
  try {
    return JSON.parse(PROMPT);
  } catch (error) {
    return error;
  }
}

describe('createLogger', () => {
  it('writes one JSON object per line with level, time, service, fields and message', () => {
    const { logger, lines } = captureLog();
    logger
      .child({ requestId: 'req_1', traceId: '0af7' })
      .info({ provider: 'openai', costNanoUsd: 12n }, 'Call completed');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        service: 'worker',
        requestId: 'req_1',
        traceId: '0af7',
        provider: 'openai',
        costNanoUsd: '12',
        message: 'Call completed',
      },
    ]);
  });

  it('writes nothing below its level and does not look at the fields', () => {
    const { logger, lines } = captureLog('warn');
    const fields = Object.defineProperty({}, 'costly', {
      enumerable: true,
      get: () => {
        throw new Error('the field was read');
      },
    });
    logger.info(fields, 'quiet');
    logger.warn('loud');
    expect(lines.map(({ message }) => message)).toEqual(['loud']);
    expect([logger.isLevelEnabled('info'), logger.isLevelEnabled('error')]).toEqual([false, true]);
  });

  it.each([
    'apiKey',
    'x-api-key',
    'API_KEY',
    'key',
    'clientSecret',
    'password',
    'authorization',
    'set-cookie',
    'Cookie',
  ])('redacts the credential field %s at any depth', (name) => {
    const { logger, text } = captureLog();
    for (const depth of [0, 1, 2]) logger.info(nested(depth, { headers: { [name]: 'plain canary' } }), 'x');
    logger.child({ [name]: 'plain canary' }).info('child');
    logger.info({ rawHeaders: [name, 'plain canary'] }, 'pairs');
    expect(text()).not.toContain('canary');
  });

  it.each(['body', 'messages', 'prompt', 'content', 'parameters', 'input', 'rawBody', 'choices'])(
    'redacts the content field %s at any depth',
    (name) => {
      const { logger, text } = captureLog();
      for (const value of [PROMPT, [PROMPT], { role: 'user', words: PROMPT }, [{ parts: [PROMPT] }]]) {
        for (const depth of [0, 1, 2]) logger.info(nested(depth, { [name]: value }), 'x');
        logger.child({ request: { [name]: value } }).info('child');
      }
      expect(text()).not.toContain('canary');
    },
  );

  it('keeps counts under names of content', () => {
    const { logger, lines } = captureLog();
    logger.info({ usage: { input: 12, output: 5, promptTokens: 12 } }, 'x');
    expect(lines[0]?.['usage']).toEqual({ input: 12, output: 5, promptTokens: 12 });
  });

  it('reduces bytes to their length', () => {
    const { logger, lines } = captureLog();
    logger.info({ frame: Buffer.from(PROMPT) }, 'x');
    expect(lines[0]?.['frame']).toBe(`[${PROMPT.length} bytes]`);
  });

  it('writes of an error only name, message, code, stack and causes', () => {
    const { logger, lines, text } = captureLog();
    const cause = new Error(`401 for ${KEY}`, { cause: parseError() });
    const error = new Error(`refused: Bearer ${OWN_KEY}`, {
      cause: Object.assign(cause, { body: PROMPT, input: PROMPT }),
    });
    logger.error({ requestId: 'req_1', error: Object.assign(error, { request: { body: PROMPT } }) }, 'Failed');
    logger.error(databaseError(), 'Not stored');
    logger.error({ error: new Error('odd', { cause: PROMPT }) }, 'Odd');
    logger.info(nested(2, { failures: [databaseError(), cause] }), 'Many');

    expect(text()).not.toContain('canary');
    expect(lines[0]?.['error']).toMatchObject({
      name: 'Error',
      message: 'refused: Bearer [redacted]',
      stack: expect.stringContaining('create-logger.spec'),
      cause: { message: '401 for [redacted]', cause: { name: 'SyntaxError' } },
    });
    expect(lines[1]?.['error']).toMatchObject({
      code: '22P02',
      message: 'invalid input syntax for type uuid: [value]',
    });
  });

  it('scrubs credentials from sentences, values and names', () => {
    const { logger, text } = captureLog();
    const canaries = [
      KEY,
      OWN_KEY,
      'Bearer canary.token-1',
      'Basic Y2FuYXJ5OmNhbmFyeQ==',
      'postgres://app:canary@p@ss@localhost:5432/x',
      'nats://user:canary@127.0.0.1:4222',
      'https://host/v1?key=canaryabcdef&alt=sse',
      '{"api_key":"canaryabcdef"}',
      'password=canaryabcdef',
    ];
    for (const canary of canaries) {
      logger.warn(`failed with ${canary} there`);
      logger.warn({ url: canary, list: [canary], [canary]: 1 }, 'x');
    }
    expect(text()).not.toMatch(/canary|Y2FuYXJ5/);
  });

  it('moves fields aside that have the name of a part of the line', () => {
    const { logger, lines } = captureLog();
    logger.warn({ message: 'other', level: 9, service: 'x' }, 'Sentence');
    expect(lines).toMatchObject([{ level: 'warn', service: 'worker', message: 'Sentence', 'field.level': 9 }]);
  });

  it('masks a credential that the length limit cuts in two', () => {
    const { logger, text } = captureLog();
    for (const before of [1_900, 1_980, 1_990])
      logger.warn(`${'x '.repeat(before / 2)}nats://user:canary${'p'.repeat(90)}@host`);
    logger.error(new Error(`${'x '.repeat(490)}nats://user:canary${'p'.repeat(90)}@host`), 'x');
    expect(text()).not.toContain('canary');
  });

  it('survives cycles, getters of foreign objects and very large fields', () => {
    const { logger, lines } = captureLog();
    const cyclic: Record<string, unknown> = { name: 'loop' };
    cyclic['self'] = cyclic;
    const error = new Error('loop');
    error.cause = error;
    logger.info({ cyclic, error, long: 'x'.repeat(100_000), list: Array.from({ length: 10_000 }, () => 1) }, 'x');
    expect(JSON.stringify(lines).length).toBeLessThan(20_000);
  });
});
