import type { Agent } from 'undici';
import type { FetchFile, ProviderModels } from '#libs/dialects';
import type { NativeBatches } from '../providers/native-batches.js';
import type { Provider } from '../providers/provider.js';
import { translatedAnswer } from './translated-answer.js';

/** What differs between providers that no caller's dialect reaches untranslated. */
export interface TranslatedProviderParts {
  readonly agent: Agent;
  readonly models: ProviderModels;
  readonly classify: Provider['classify'];
  /** Words that must go to nobody, as they are at the moment. */
  secrets(): readonly string[];
  readonly fetchFile: FetchFile;
  readonly batches?: NativeBatches;
}

/** A provider that serves every call by its package's models. */
export function translatedProvider(parts: TranslatedProviderParts): Provider {
  const { agent, models, classify, fetchFile, batches } = parts;
  return {
    call: (call) => translatedAnswer(models, call, fetchFile),
    classify,
    redact: (words) => parts.secrets().reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), words),
    batches,
    close: () => agent.close(),
  };
}
