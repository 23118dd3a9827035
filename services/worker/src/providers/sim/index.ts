import { classifyChatError } from '#libs/dialects';
import { planSimulation, RecordedAnswers } from '#libs/simulation';
import type { ProviderKind } from '../provider.js';
import { readOptions } from './config.js';
import { cutFailure } from './errors.js';
import { requestOf } from './request.js';
import { answerOf } from './response.js';

/** Kind `sim`: answers of our own making, for trying Switchyard without any key. No model runs. See docs/sim-provider.md. */
export const sim: ProviderKind = {
  kind: 'sim',
  create(rawOptions) {
    const { recordings, ...options } = readOptions(rawOptions);
    const recorded = recordings ? RecordedAnswers.load(recordings.path, recordings.field) : undefined;
    return {
      async call(call) {
        const createdSeconds = Math.floor(Date.now() / 1_000);
        const plan = planSimulation(call.target.model, requestOf(call), {
          ...options,
          ...(recorded ? { recordings: await recorded } : {}),
          attempt: call.attempt,
          createdSeconds,
        });
        try {
          return await answerOf(plan, call.signal);
        } catch (error) {
          throw cutFailure(error, call.signal);
        }
      },
      classify: classifyChatError,
      redact: (words) => words,
      close: async () => undefined,
    };
  },
};
