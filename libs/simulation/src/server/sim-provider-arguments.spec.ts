import { describe, expect, it } from '@jest/globals';
import { readSimProviderArguments } from './sim-provider-arguments.js';

describe('readSimProviderArguments', () => {
  it('reads every option', async () => {
    const commandLine = '--port 9001 --host ::1 --key k --log a.jsonl --latency-ms 20 --tokens-per-second 50.5';
    const rest =
      '--tokens-per-chunk 4 --output-tokens 200 --failure-rate 0.1 --requests-per-minute 60 --tokens-per-minute 9000 --any-model';
    await expect(readSimProviderArguments(`${commandLine} ${rest}`.split(' '))).resolves.toEqual({
      port: 9001,
      host: '::1',
      key: 'k',
      logFile: 'a.jsonl',
      latencyMilliseconds: 20,
      tokensPerSecond: 50.5,
      tokensPerChunk: 4,
      outputTokens: 200,
      failureRate: 0.1,
      requestsPerMinute: 60,
      tokensPerMinute: 9000,
      answersAnyModel: true,
      recordings: undefined,
      keptCalls: 0,
    });
    await expect(readSimProviderArguments(['--help'])).resolves.toBe('help');
  });

  it.each([
    ['--port 70000', /--port must be a whole number from 0 to 65535, not "70000"/],
    ['--latency-ms soon', /--latency-ms must be a number/],
    ['--failure-rate 1.5', /--failure-rate must be a number from 0 to 1/],
    ['--tokens-per-chunk 0', /--tokens-per-chunk must be a whole number from 1/],
    ['--requests-per-minute 0', /--requests-per-minute must be a whole number from 1/],
    ['--recordings a.jsonl', /--recordings and --recordings-field go together/],
    ['--recordings /nowhere --recordings-field a', /\/nowhere cannot be read/],
    ['--colour red', /--colour/],
  ])('refuses %s in one sentence', async (commandLine, message) => {
    await expect(readSimProviderArguments(commandLine.split(' '))).rejects.toThrow(message);
  });
});
