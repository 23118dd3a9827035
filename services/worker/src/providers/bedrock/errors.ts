import { classOfStatus } from '#libs/dialects';
import type { ErrorClass } from '#libs/contracts';
import type { ClassifiedError } from '#libs/dialects';
import type { ProviderAnswer } from '../provider.js';
import type { StreamErrors } from '../../provider-http/stream-failures.js';

const MOST_MESSAGE_CHARACTERS = 500;

const CLASS_OF_EXCEPTION: Readonly<Record<string, ErrorClass>> = {
  accessdenied: 'permission',
  unrecognizedclient: 'authentication',
  invalidsignature: 'authentication',
  incompletesignature: 'authentication',
  missingauthenticationtoken: 'authentication',
  invalidclienttokenid: 'authentication',
  expiredtoken: 'authentication',
  throttling: 'rate_limit',
  toomanyrequests: 'rate_limit',
  servicequotaexceeded: 'quota',
  resourcenotfound: 'not_found',
  modelnotready: 'overloaded',
  serviceunavailable: 'overloaded',
  modeltimeout: 'first_byte_timeout',
  modelerror: 'server_error',
  modelstreamerror: 'server_error',
  internalserver: 'server_error',
};

/** Bedrock has one exception for everything that is wrong with a request; its sentence tells what. */
const CLASS_OF_SENTENCE: readonly (readonly [RegExp, ErrorClass])[] = [
  [
    /too long|too many (input )?tokens|(context|input) length|maximum context|exceeds? (the )?context/i,
    'context_too_long',
  ],
  [/content (filter|policy)|blocked by .*(filter|guardrail)/i, 'content_filter'],
  [/model identifier is invalid|on-demand throughput isn.t supported|end of its life/i, 'not_found'],
];
/** A rejected key is told from a missing right only by its sentence where the exception has no name. */
const REJECTED_KEY = /security token|signature|bearer token|api key/i;

/** An error's members; Bedrock and the gateways before it write them in several ways. */
type WireError = Readonly<Record<string, unknown>>;

/** What an error answer of Bedrock means, by the name of its exception, its sentence and its status. */
export function classify(status: number, body: string): ClassifiedError {
  const error = read(body);
  const message = textIn(error, 'message', 'Message');
  const name = textIn(error, '__type', 'type');
  return { errorClass: classOf(status, name, message), message: message.slice(0, MOST_MESSAGE_CHARACTERS) };
}

/** How Bedrock tells of an error within a stream: a message of the type of an exception, by which its event is named. */
export const streamErrors: StreamErrors = {
  classify(event) {
    const [name = '', told] = Object.entries(event ?? {})[0] ?? [];
    if (!/Exception$/i.test(name)) return undefined;
    const sentence = textIn((told ?? {}) as WireError, 'message', 'Message');
    const status = /^validation/i.test(name) ? 400 : 500;
    return {
      errorClass: classOf(status, name, sentence),
      message: (sentence || name).slice(0, MOST_MESSAGE_CHARACTERS),
    };
  },
};

/** An error answer with the name of its exception, which Bedrock puts into a header, within its body. */
export function withExceptionName(answer: ProviderAnswer): ProviderAnswer {
  const name = answer.header('x-amzn-errortype')?.split(':')[0];
  return answer.status === 200 || name === undefined ? answer : { ...answer, body: namedBody(answer.body, name) };
}

async function* namedBody(body: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  yield Buffer.from(JSON.stringify({ ...read(Buffer.concat(parts).toString('utf8')), __type: name }));
}

function classOf(status: number, name: string, message: string): ErrorClass {
  // Some answers write the name with a namespace before it.
  const plain = name
    .replace(/^.*#/, '')
    .replace(/Exception$/i, '')
    .toLowerCase();
  const known = CLASS_OF_EXCEPTION[plain];
  if (known === 'permission' || (known === undefined && status === 403))
    return REJECTED_KEY.test(message) ? 'authentication' : 'permission';
  if (known !== undefined) return known;
  const told = status < 500 ? CLASS_OF_SENTENCE.find(([pattern]) => pattern.test(message))?.[1] : undefined;
  return told ?? (status === 424 ? 'server_error' : classOfStatus(status));
}

function textIn(error: WireError, ...names: readonly string[]): string {
  return names.map((name) => error[name]).find((value) => typeof value === 'string') ?? '';
}

function read(body: string): WireError {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
