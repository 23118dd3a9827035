import { describe, expect, it } from '@jest/globals';
import { captureLog } from './captured-log.fixture.js';
import type { LogLevel } from './logger.js';
import { NestLogger } from './nest-logger.js';

function capture(level: LogLevel): { nest: NestLogger; lines: Record<string, unknown>[] } {
  const { logger, lines } = captureLog(level);
  return { nest: new NestLogger(logger), lines };
}

describe('NestLogger', () => {
  it('writes Nest messages with their context as a field', () => {
    const { nest, lines } = capture('trace');
    nest.log('ready', 'Ingress');
    nest.warn('slow', 'Ingress');
    nest.verbose('detail', 'Ingress');
    nest.fatal('gone', 'Ingress');
    expect(lines).toMatchObject([
      { level: 'info', service: 'worker', context: 'Ingress', message: 'ready' },
      { level: 'warn', message: 'slow' },
      { level: 'trace', message: 'detail' },
      { level: 'fatal', message: 'gone' },
    ]);
  });

  it('writes what Nest lists at start-up only at level debug', () => {
    const { nest, lines } = capture('info');
    nest.log('Mapped {/v1/models, GET} route', 'RouterExplorer');
    nest.log('listening', 'Main');
    expect(lines.map(({ message }) => message)).toEqual(['listening']);
  });

  it('writes errors sanitised, in whichever form Nest hands them over', () => {
    const { nest, lines } = capture('info');
    const error = Object.assign(new Error('refused sk-canary-123456789'), { body: 'canary' });
    nest.error(error, 'ExceptionsHandler');
    nest.error('refused', error.stack, 'ExceptionsHandler');
    nest.error({ body: 'canary', status: 400 }, 'ExceptionsHandler');
    nest.error('refused', error);
    expect(JSON.stringify(lines)).not.toContain('canary');
    expect(lines).toMatchObject([
      { error: { message: 'refused [redacted]' }, context: 'ExceptionsHandler' },
      { message: 'refused', stack: expect.stringContaining('nest-logger.spec'), context: 'ExceptionsHandler' },
      { status: 400, body: '[redacted]' },
      { message: 'refused', error: { name: 'Error' } },
    ]);
  });
});
