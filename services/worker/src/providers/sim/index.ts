import { classifyChatError } from '#libs/dialects';
import { RecordedAnswers, type SimulationOptions } from '#libs/simulation';
import { translatedAnswer } from '../../provider-http/translated-answer.js';
import type { ProviderKind } from '../provider.js';
import { recordedAnswer, SimulatedBatches } from './batches.js';
import { readOptions } from './config.js';
import { cutFailure } from './errors.js';
import { simulatedModels } from './models.js';
import { planOf } from './request.js';
import { answerOf } from './response.js';

/** Kind `sim`: answers of our own making, for trying Switchyard without any key. No model runs. See docs/sim-provider.md. */
export const sim: ProviderKind = {
  kind: 'sim',
  create(rawOptions, _credential, { fetchFile, agent }) {
    const { recordings, batchMilliseconds, ...options } = readOptions(rawOptions);
    const recorded = recordings ? RecordedAnswers.load(recordings.path, recordings.field) : undefined;
    return {
      async call(call) {
        if (agent) return recordedAnswer(call, agent);
        const simulation: SimulationOptions = {
          ...options,
          ...(recorded ? { recordings: await recorded } : {}),
          attempt: call.attempt,
          createdSeconds: Math.floor(Date.now() / 1_000),
        };
        const plan = planOf(call, simulation);
        // It speaks no other dialects of text by itself; those take the way that they take to any provider.
        if (!plan) return translatedAnswer(simulatedModels(simulation), call, fetchFile);
        try {
          return await answerOf(plan, call.signal);
        } catch (error) {
          throw cutFailure(error, call.signal);
        }
      },
      classify: classifyChatError,
      redact: (words) => words,
      batches: batchMilliseconds === undefined ? undefined : new SimulatedBatches(batchMilliseconds, options),
      close: async () => undefined,
    };
  },
};
