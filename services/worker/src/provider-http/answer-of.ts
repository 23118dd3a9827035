import type { Dispatcher } from 'undici';
import { gatheredBody } from './gathered-body.js';
import type { ProviderAnswer } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';

/** Wraps an HTTP response. A compressed body, which nobody asked for, is refused unread: it could be of any size. */
export function answerOf(response: Dispatcher.ResponseData): ProviderAnswer {
  const header = (name: string) => {
    const value = response.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const encoding = header('content-encoding');
  if (encoding !== undefined && encoding !== 'identity') {
    // Left unread, its end is an error that nobody else would hear of.
    response.body.on('error', () => undefined).destroy();
    throw new ProviderFailure('bad_answer', `the provider compressed its answer (${encoding}) although not asked to`, {
      status: response.statusCode,
    });
  }
  const isStream = header('content-type')?.startsWith('text/event-stream') ?? false;
  return { status: response.statusCode, header, body: isStream ? gatheredBody(response.body) : response.body };
}
