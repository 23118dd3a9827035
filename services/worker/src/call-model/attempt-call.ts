import type { AnswerHead, Usage } from '#libs/contracts';
import { dialectNamed, DialectStreamError, usageOfAnswer, type AnswerStreamReader } from '#libs/dialects';
import { costOf, missingAmountFor } from '#libs/pricing';
import {
  askedWaitMilliseconds,
  allowanceIn,
  type ProviderAllowance,
} from '../watch-targets/provider-allowance.policy.js';
import type { Provider, ProviderAnswer, ProviderCall } from '../providers/provider.js';
import { ProviderFailure, withMessage } from '../providers/provider-failure.js';
import { withCost } from './cost-in-answer.js';
import type { CallClock } from './call-clock.js';
import { keepingConnection } from './keeping-connection.js';
import type { ReplyChannel } from './reply-channel.js';
import { unlessEnded } from './unless-ended.js';

const MOST_ANSWER_BYTES = 64 * 1024 ** 2;
const MOST_ERROR_BYTES = 64 * 1024;
/** Of a stream before its first token: some providers repeat the request's instructions and tools there. */
const MOST_HELD_BACK_BYTES = 4 * 1024 ** 2;
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
  /** Told as soon as the answer begins, and what the provider says in it is left of its limits; undefined where it says nothing. */
  learn?: (allowance: ProviderAllowance | undefined) => void;
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
    refuseUnpriced(call);
    const answer = await unlessEnded(provider.call(call), call.signal);
    outlet.progress.status = answer.status;
    outlet.learn?.(allowanceIn(answer, Date.now()));
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

/** What cannot be charged is not bought: the plan's next target may have a price for it. */
function refuseUnpriced({ facts, target }: ProviderCall): void {
  const missing = missingAmountFor(facts.operation, target.price);
  if (missing === undefined) return;
  const what = `${target.provider} ${target.model} has no price for ${facts.operation} requests`;
  throw new ProviderFailure('unsupported', `${what}; add '${missing}' to its price`);
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
  return {
    body: forCaller(body, { answer, call, usage: facts.usage }),
    contentType,
    ...warningsOf(answer),
    ...(facts.finishReason === undefined ? {} : { finishReason: facts.finishReason }),
    ...(facts.upstreamId === undefined ? {} : { upstreamId: facts.upstreamId }),
    ...usageOfAnswer(facts, call.facts),
  };
}

async function relayStream(answer: ProviderAnswer, call: ProviderCall, outlet: AttemptOutlet): Promise<AttemptResult> {
  const contentType = answer.header('content-type') ?? '';
  if (!contentType.startsWith('text/event-stream')) {
    throw new ProviderFailure('bad_answer', `the stream has the content type '${contentType.slice(0, 100)}'`, {
      quotesProvider: true,
    });
  }
  const { clock, reply, progress } = outlet;
  const reader = dialectNamed(call.facts.dialect).streamReader?.(call.facts);
  if (!reader)
    throw new ProviderFailure('unsupported', `requests of the dialect ${call.facts.dialect} cannot be streamed`);
  const heldBack = new HeldBack();
  for await (const bytes of keepingConnection(answer.body, clock)) {
    clock.touch();
    const events = forCaller(reader.push(bytes), { answer, call, usage: reader.facts.usage });
    if (!progress.hasBegun && (reader.facts.tokenEvents > 0 || reader.facts.isDone)) {
      clock.markFirstByte();
      reply.head({ ...outlet.head, status: 200, contentType: 'text/event-stream', ...warningsToTell(answer, call) });
      progress.hasBegun = true;
      for (const held of heldBack.parts) reply.chunk(held);
    }
    if (progress.hasBegun) reply.chunk(events);
    else heldBack.add(events);
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

/** What of a stream comes before its first token, until which another target may still take over. */
class HeldBack {
  readonly parts: Uint8Array[] = [];
  private bytes = 0;

  add(part: Uint8Array): void {
    if (part.length === 0) return;
    this.bytes += part.length;
    if (this.bytes > MOST_HELD_BACK_BYTES) {
      throw new ProviderFailure(
        'bad_answer',
        `the stream has more than ${MOST_HELD_BACK_BYTES} bytes before its first token`,
      );
    }
    this.parts.push(part);
  }
}

/**
 * The bytes of an answer as its caller gets them: without what is the operator's business only, and with the cost of this
 * attempt beside its usage where the caller wants it there.
 */
function forCaller(
  bytes: Uint8Array,
  { answer, call, usage }: { answer: ProviderAnswer; call: ProviderCall; usage: Usage | undefined },
): Uint8Array {
  const relayed = answer.forCallers?.(bytes) ?? bytes;
  return call.facts.costAsked === true && usage ? withCost(relayed, costOf(usage, call.target.price)) : relayed;
}

function warningsOf({ warnings = [] }: ProviderAnswer): { warnings?: string[] } {
  if (warnings.length === 0) return {};
  return { warnings: warnings.slice(0, MOST_WARNINGS).map((warning) => warning.slice(0, MOST_WARNING_CHARACTERS)) };
}

/** Under the policy `drop` the record alone says what was left out. */
function warningsToTell(
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
  const asked = askedWaitMilliseconds(answer, Date.now());
  const wait = asked === undefined ? retryAfterSeconds : Math.max(0, asked) / 1_000;
  return new ProviderFailure(errorClass, message, {
    status: answer.status,
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    quotesProvider: true,
    usage: answer.usage,
  });
}

/** A provider may quote the request it refuses, our credential included. */
function redacted(failure: ProviderFailure, provider: Provider): ProviderFailure {
  return withMessage(failure, provider.redact(failure.message));
}

function failureOf(error: unknown, signal: AbortSignal): ProviderFailure {
  if (signal.aborted && signal.reason instanceof ProviderFailure) return signal.reason;
  // Packages of providers wrap what broke the body of an answer.
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ProviderFailure) return cause;
    if (cause instanceof DialectStreamError)
      return new ProviderFailure(cause.errorClass, cause.message, {
        quotesProvider: true,
        usage: cause.usage,
        cause: error,
      });
  }
  const code = (error as { code?: unknown } | null | undefined)?.code;
  const what = typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
  return new ProviderFailure('cut_stream', `the provider's answer broke off (${what})`, { cause: error });
}
