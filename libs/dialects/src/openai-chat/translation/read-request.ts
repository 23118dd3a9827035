import { fieldError } from '../../field-error.js';
import { RequestLosses } from '../../translation/request-losses.js';
import type { TranslatedRequest } from '../../translation/translation.js';
import { readMessages } from './read-messages.js';
import { readProviderOptions, readSettings } from './read-settings.js';
import { readTools } from './read-tools.js';
import { translatableRequestSchema } from './request-shape.js';
import { warnOfFields } from './warn-of-fields.js';

/** Reads a Chat Completions request for a model of another dialect. @throws DialectError 400 that names the field at fault. */
export function readChatRequest(body: Uint8Array): TranslatedRequest {
  return translatedRequest(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')));
}

/** The same for a request that is parsed as JSON. */
export function translatedRequest(json: unknown): TranslatedRequest {
  const result = translatableRequestSchema.safeParse(json);
  if (!result.success) throw fieldError(result.error, json);
  const request = result.data;
  const losses = new RequestLosses();
  const prompt = readMessages(request.messages, losses);
  const providerOptions = readProviderOptions(request, losses);
  const options = { prompt, ...readSettings(request), ...readTools(request, losses), providerOptions };
  warnOfFields(request, losses);
  return { options, warnings: losses.warnings, partly: losses.partly };
}
