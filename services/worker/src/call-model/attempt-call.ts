import type { AnswerHead, Usage } from '#libs/contracts';
import { dialectNamed, DialectStreamError, type AnswerStreamReader } from '#libs/dialects';
import { costOf } from '#libs/pricing';
import type { Provider, ProviderAnswer, ProviderCall } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { withCost } from './cost-in-answer.js';
import type { CallClock } from './call-clock.js';
import { keepingConnection } from './keeping-connection.js';
import type { ReplyChannel } from './reply-channel.js';
import { unlessEnded } from './unless-ended.js';

const MOST_ANSWER_BYTES = 64 * 1024 ** 2;
const MOST_ERROR_BYTES = 64 * 1024;
const CHARACTERS_PER_TOKEN = 4;
const MOST_WARNINGS = 50;
const MOST_WARNING_CHARACTERS = 500;

/** What a successful attempt leaves behind; a plain answer's body is still to be sent. */
export interface AttemptResult {
  body?: Uint8Array;
  contentType: string;
  warnings?: string[];
  finishReason?: string;
  upstreamId?: string;
  usage: Usage;
  usageBasis: 'provider' | 'estimate';
}

/** What an attempt has done so far that a failure must account for. */
export interface AttemptProgress {
  /** Whether the caller has seen a byte of the answer; after that no other target may take over. */
  hasBegun: boolean;
  status?: number;
  upstreamId?: string;
  usage?: Usage;
  usageBasis?: 'provider' | 'estimate';
}

/** Where an attempt's answer goes as it comes. */
export interface AttemptOutlet {
  clock: CallClock;
  reply: ReplyChannel;
  /** Head of the answer, for when a stream begins. */
  head: Omit<AnswerHead, 'status' | 'contentType'>;
  progress: AttemptProgress;
}

/**
 * Calls one target once. A stream is relayed as it comes, from its first token on; a plain answer is read to its end, so that
 * rubbish is noticed while another target may still be tried.
 * @throws ProviderFailure classified; other errors are defects.
 */
export async function attemptCall(
  provider: Provider,
  call: ProviderCall,
  outlet: AttemptOutlet,
): Promise<AttemptResult> {
  try {
    const answer = await unlessEnded(provider.call(call), call.signal);
    outlet.progress.status = answer.status;
    if (answer.status !== 200) throw await refusal(answer, provider);
    return call.facts.stream ? await relayStream(answer, call, outlet) : await readWhole(answer, call, outlet);
  } catch (error) {
    const failure = failureOf(error, call.signal);
    if (failure.usage) Object.assign(outlet.progress, { usage: failure.usage, usageBasis: 'provider' });
    // What the provider may still be sending is for nobody.
    outlet.clock.abort(failure);
    throw redacted(failure, provider);
  }
}

async function readWhole(
  answer: ProviderAnswer,
  call: ProviderCall,
  { clock, progress }: AttemptOutlet,
): Promise<AttemptResult> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body) {
    clock.markFirstByte();
    bytes += part.length;
    if (bytes > MOST_ANSWER_BYTES)
      throw new ProviderFailure('bad_answer', `the answer is larger than ${MOST_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  const body = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  const contentType = answer.header('content-type') ?? 'application/json';
  const facts = dialectNamed(call.facts.dialect).readAnswer(body, contentType);
  if (!facts) {
    throw new ProviderFailure('bad_answer', `the body is no answer to a request of the dialect ${call.facts.dialect}`, {
      status: answer.status,
    });
  }
  if (facts.upstreamId !== undefined) progress.upstreamId = facts.upstreamId;
  const estimate = {
    promptTokens: call.facts.estimatedPromptTokens,
    completionTokens: Math.ceil(facts.characters / CHARACTERS_PER_TOKEN),
  };
  return {
    body: withCostAsked(body, call, facts.usage),
    contentType,
    ...warningsOf(answer),
    ...(facts.finishReason === undefined ? {} : { finishReason: facts.finishReason }),
    ...(facts.upstreamId === undefined ? {} : { upstreamId: facts.upstreamId }),
    usage: facts.usage ?? estimate,
    usageBasis: facts.usage ? 'provider' : 'estimate',
  };
}

async function relayStream(answer: ProviderAnswer, call: ProviderCall, outlet: AttemptOutlet): Promise<AttemptResult> {
  const contentType = answer.header('content-type') ?? '';
  if (!contentType.startsWith('text/event-stream')) {
    throw new ProviderFailure('bad_answer', `the stream has the content type '${contentType.slice(0, 100)}'`);
  }
  const { clock, reply, progress } = outlet;
  const reader = dialectNamed(call.facts.dialect).streamReader?.(call.facts);
  if (!reader)
    throw new ProviderFailure('unsupported', `requests of the dialect ${call.facts.dialect} cannot be streamed`);
  const heldBack: Uint8Array[] = [];
  for await (const bytes of keepingConnection(answer.body, clock)) {
    clock.touch();
    const events = withCostAsked(reader.push(bytes), call, reader.facts.usage);
    if (!progress.hasBegun && (reader.facts.tokenEvents > 0 || reader.facts.isDone)) {
      clock.markFirstByte();
      reply.head({ ...outlet.head, status: 200, contentType: 'text/event-stream', ...warningsToTell(answer, call) });
      for (const held of heldBack) reply.chunk(held);
      progress.hasBegun = true;
    }
    if (progress.hasBegun) reply.chunk(events);
    else heldBack.push(events);
    account(reader, call, progress);
    if (reader.facts.isDone) break;
  }
  reader.end();
  const { finishReason, upstreamId, usage } = reader.facts;
  return {
    contentType: 'text/event-stream',
    ...warningsOf(answer),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(upstreamId === undefined ? {} : { upstreamId }),
    usage: usage ?? streamEstimate(reader, call),
    usageBasis: usage ? 'provider' : 'estimate',
  };
}

/** The bytes of an answer, with the cost of this attempt beside its usage where the caller wants it there. */
function withCostAsked(bytes: Uint8Array, { facts, target }: ProviderCall, usage: Usage | undefined): Uint8Array {
  return facts.costAsked === true && usage ? withCost(bytes, costOf(usage, target.price)) : bytes;
}

function warningsOf({ warnings = [] }: ProviderAnswer): { warnings?: string[] } {
  if (warnings.length === 0) return {};
  return { warnings: warnings.slice(0, MOST_WARNINGS).map((warning) => warning.slice(0, MOST_WARNING_CHARACTERS)) };
}

/** Under the policy `drop` the record alone says what was left out. */
export function warningsToTell(
  answer: Pick<ProviderAnswer, 'warnings'>,
  { target }: Pick<ProviderCall, 'target'>,
): { warnings?: string[] } {
  return target.unsupported === 'drop' ? {} : warningsOf(answer as ProviderAnswer);
}

/** Keeps what a cut would leave to be accounted for. */
function account(reader: AnswerStreamReader, call: ProviderCall, progress: AttemptProgress): void {
  if (reader.facts.tokenEvents === 0) return;
  progress.usage = reader.facts.usage ?? streamEstimate(reader, call);
  progress.usageBasis = reader.facts.usage ? 'provider' : 'estimate';
  if (reader.facts.upstreamId !== undefined) progress.upstreamId = reader.facts.upstreamId;
}

/** Without the provider's own count: the prompt by its size if it did not tell that at least, the completion by the events that carried text. */
function streamEstimate(reader: AnswerStreamReader, call: ProviderCall): Usage {
  const { promptUsage, tokenEvents } = reader.facts;
  return { promptTokens: call.facts.estimatedPromptTokens, ...promptUsage, completionTokens: tokenEvents };
}

async function refusal(answer: ProviderAnswer, provider: Provider): Promise<ProviderFailure> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body) {
    parts.push(part);
    bytes += part.length;
    if (bytes > MOST_ERROR_BYTES) break;
  }
  const { errorClass, message, retryAfterSeconds } = provider.classify(
    answer.status,
    Buffer.concat(parts).toString('utf8'),
  );
  const retryAfter = Number(answer.header('retry-after') ?? retryAfterSeconds);
  return new ProviderFailure(errorClass, message, {
    status: answer.status,
    ...(Number.isFinite(retryAfter) && retryAfter >= 0 ? { retryAfterSeconds: Math.ceil(retryAfter) } : {}),
  });
}

/** A provider may quote the request it refuses, our credential included. */
function redacted(failure: ProviderFailure, provider: Provider): ProviderFailure {
  const message = provider.redact(failure.message);
  if (message === failure.message) return failure;
  const { errorClass, status, retryAfterSeconds, refusal: own, usage } = failure;
  return new ProviderFailure(errorClass, message, {
    ...(status === undefined ? {} : { status }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    refusal: own,
    usage,
  });
}

function failureOf(error: unknown, signal: AbortSignal): ProviderFailure {
  if (signal.aborted && signal.reason instanceof ProviderFailure) return signal.reason;
  if (error instanceof ProviderFailure) return error;
  if (error instanceof DialectStreamError)
    return new ProviderFailure(error.errorClass, error.message, { usage: error.usage, cause: error });
  const code = (error as { code?: unknown } | null | undefined)?.code;
  const what = typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
  return new ProviderFailure('cut_stream', `the provider's answer broke off (${what})`, { cause: error });
}
