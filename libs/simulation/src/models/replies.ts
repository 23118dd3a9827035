import { gzipSync } from 'node:zlib';
import { errorReply, JSON_CONTENT_TYPE, type Reply } from '../wire/error-reply.js';

/** What `sim-rate-limited` asks for in Retry-After, in seconds. */
const RATE_LIMIT_RETRY_AFTER_SECONDS = 2;

/** Where `sim-redirect` points: a name reserved never to resolve, so that following it can only fail. */
const REDIRECT_LOCATION = 'http://sim-redirect.invalid/v1/chat/completions';

/** Size of the body of `sim-gzip-bomb` once inflated: a thousand times the bytes on the wire. */
const GZIP_BOMB_INFLATED_BYTES = 256 * 1024 * 1024;

const BOMB_MEMBER_BYTES = 1024 * 1024;

export const serverError = (): Reply =>
  errorReply(500, { message: 'The simulated model failed, as its name asks for.', type: 'server_error', code: null });

export const unavailable = (): Reply =>
  errorReply(503, {
    message: 'The simulated model is unavailable for this call, as its name or the failure rate asks for.',
    type: 'server_error',
    code: 'service_unavailable',
  });

export const invalidKey = (): Reply =>
  errorReply(401, {
    message: 'Incorrect API key provided to the sim provider; send the one it was started with as a bearer token.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  });

export const rateLimited = (): Reply =>
  errorReply(
    429,
    {
      message: `Rate limit reached on the simulated model; try again in ${RATE_LIMIT_RETRY_AFTER_SECONDS} s.`,
      type: 'requests',
      code: 'rate_limit_exceeded',
    },
    { 'retry-after': String(RATE_LIMIT_RETRY_AFTER_SECONDS) },
  );

export const contextTooLong = (): Reply =>
  errorReply(400, {
    message: "This model's maximum context length is 0 tokens, as its name asks for; use another model.",
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    parameter: 'messages',
  });

export const modelNotFound = (model: string): Reply =>
  errorReply(404, {
    message: `The model "${model.slice(0, 100)}" does not exist at the sim provider; GET /v1/models lists those that do.`,
    type: 'invalid_request_error',
    code: 'model_not_found',
    parameter: 'model',
  });

export const badRequest = (message: string, parameter: string | null): Reply =>
  errorReply(400, { message, type: 'invalid_request_error', code: null, parameter });

export const garbage = (): Reply => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: Buffer.from('<!doctype html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n'),
});

export const redirect = (): Reply => ({
  status: 307,
  headers: { location: REDIRECT_LOCATION, 'content-type': 'text/plain' },
  body: Buffer.from(''),
});

let bomb: Buffer | undefined;

/** A gzip file may have many members: one small member repeated makes the bomb without inflating it here first. */
export const gzipBomb = (): Reply => {
  if (bomb === undefined) {
    const blank = gzipSync(Buffer.alloc(BOMB_MEMBER_BYTES, ' '), { level: 9 });
    const members = Array.from({ length: GZIP_BOMB_INFLATED_BYTES / BOMB_MEMBER_BYTES }, () => blank);
    bomb = Buffer.concat([...members, gzipSync('{}')]);
  }
  return { status: 200, headers: { 'content-type': JSON_CONTENT_TYPE, 'content-encoding': 'gzip' }, body: bomb };
};
