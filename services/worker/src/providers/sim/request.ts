import { dialectNamed } from '#libs/dialects';
import {
  planOperation,
  planSimulation,
  type SimOperation,
  type SimulationOptions,
  type SimulationPlan,
} from '#libs/simulation';
import type { ProviderCall } from '../provider.js';

const OPERATION_OF_DIALECT: Readonly<Record<string, SimOperation>> = {
  'openai-embeddings': 'embeddings',
  'openai-images': 'images',
  'openai-image-edits': 'image-edits',
  'openai-image-variations': 'image-variations',
  'openai-speech': 'speech',
  'openai-transcription': 'transcription',
  'openai-audio-translation': 'transcription',
  'openai-moderations': 'moderations',
  rerank: 'rerank',
};

/** The planned answer to a caller's body as the simulated provider would receive it; undefined for a dialect it lacks. */
export function planOf(call: ProviderCall, options: SimulationOptions): SimulationPlan | undefined {
  const { facts, target } = call;
  const operation = OPERATION_OF_DIALECT[facts.dialect];
  if (operation === undefined && facts.dialect !== 'openai-chat') return undefined;
  const body = dialectNamed(facts.dialect).providerBody(call.body, facts, target.model);
  if (operation !== undefined) return planOperation({ operation, body, model: target.model }, options);
  return planSimulation(target.model, JSON.parse(Buffer.from(body).toString('utf8')), options);
}
