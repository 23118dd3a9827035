import type { JobGuards } from '../guard-jobs/job-guards.js';
import { setImmediate } from 'node:timers/promises';
import type { AnswerHead, Facts, RequestEnded, RoutingSlip, Target } from '#libs/contracts';
import { classifyChatError, dialectNamed } from '#libs/dialects';
import type { AssignedCall, NextStep } from '../call-model/assigned-call.js';
import type { CallInProgress } from '../call-model/call-in-progress.js';
import type { DurableSlots } from '../call-model/durable-slots.js';
import { CallModelHandler } from '../call-model/call-model.handler.js';
import type { ProviderDirectory } from '../call-model/provider-directory.js';
import type { ReplyChannel } from '../call-model/reply-channel.js';
import type { RunningCalls } from '../call-model/running-calls.js';
import { TargetAttempts } from '../call-model/target-attempts.js';
import type { Provider, ProviderCall } from '../providers/provider.js';
import type { DurableAnswers } from '../record-result/durable-answers.js';
import type { ResultRecorder } from '../record-result/result-recorder.js';
import { StreamRescue } from './stream-rescue.js';

/** What a scripted provider does with a call: pieces of a stream, then its end, silence, or a broken connection. */
export interface Script {
  readonly pieces?: readonly string[];
  readonly ending?: 'end' | 'stall' | 'reset';
  readonly refusal?: { readonly status: number; readonly body: string };
}

/** A call through scripted providers, as the caller and the record see it. */
export interface BrokenCall {
  readonly next: NextStep;
  readonly told: string;
  readonly heads: AnswerHead[];
  readonly end: { readonly kind: string; readonly head: AnswerHead } | undefined;
  readonly event: RequestEnded | undefined;
  readonly calls: ProviderCall[];
}

/** What is different from a call that is to be rescued. */
export interface BrokenOrder {
  readonly scripts: readonly Script[];
  readonly body?: Record<string, unknown>;
  readonly execution?: RoutingSlip['execution'];
  readonly models?: readonly string[];
  readonly dialect?: string;
  /** Called when each provider is called, with the number of calls made. */
  readonly onCall?: (calls: number, inProgress: CallInProgress) => void;
}

const TIMEOUTS = { firstByteMilliseconds: 500, idleMilliseconds: 500, totalMilliseconds: 10_000 };

/** Each script serves one call; the targets stand in the plan in the order of `models`. */
export async function brokenCall(order: BrokenOrder): Promise<BrokenCall> {
  const calls: ProviderCall[] = [];
  const heads: AnswerHead[] = [];
  let told = '';
  let end: BrokenCall['end'];
  let event: RequestEnded | undefined;
  let inProgress: CallInProgress | undefined;
  const ends = (kind: string) => (head: AnswerHead) => void (end = { kind, head });
  const reply: ReplyChannel = {
    head: (head) => void heads.push(head),
    chunk: (bytes) => void (told += Buffer.from(bytes).toString()),
    end: ends('end'),
    whole: () => undefined,
    error: ends('error'),
    alive: () => undefined,
  };
  const provider = scripted(order.scripts, (call) => {
    calls.push(call);
    if (inProgress) order.onCall?.(calls.length, inProgress);
  });
  const attempts = new TargetAttempts({ find: async () => provider } as unknown as ProviderDirectory, {
    admit: () => ({ kind: 'go', isProbe: false, learn: () => undefined, release: () => undefined }),
    note: () => undefined,
  });
  const running = { add: (_id: string, call: CallInProgress) => (inProgress = call), remove: () => undefined };
  const recorder = { record: async (recorded: RequestEnded) => void (event = recorded) };
  const handler = new CallModelHandler(
    attempts,
    running as unknown as RunningCalls,
    {} as DurableAnswers,
    recorder as unknown as ResultRecorder,
    new StreamRescue(attempts),
    { take: async () => () => undefined } as unknown as DurableSlots,
    { guarded: async (call: AssignedCall) => call } as unknown as JobGuards,
  );
  const next = await handler.handle(assigned(order, reply));
  return { next, told, heads, end, event, calls };
}

function assigned(
  { body = {}, execution, models = ['a', 'b', 'c'], dialect }: BrokenOrder,
  reply: ReplyChannel,
): AssignedCall {
  const bytes = Buffer.from(
    JSON.stringify({
      model: 'auto',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Say it' }],
      ...body,
    }),
  );
  const read = dialectNamed(dialect ?? 'openai-chat').readFacts(bytes);
  const facts = { ...read, requestId: 'req_0123456789', lane: 'interactive', receivedAt: Date.now() } as Facts;
  const decision = { snapshotRevision: 1, strategy: 'priority', candidates: [] };
  const slip = {
    targets: models.map(target),
    position: 0,
    attempts: [],
    decision,
    execution: execution ?? { onCut: 'rescue' },
  } as RoutingSlip;
  return { facts, slip, body: bytes, reply };
}

/** A token of the first target costs a nano-dollar, one of the second two, and so on. */
function target(model: string, index: number): Target {
  const price = String((index + 1) * 1_000_000);
  return {
    provider: `provider-${index}`,
    model,
    price: { version: `price_${index}`, inputNanoUsdPerMillion: price, outputNanoUsdPerMillion: price },
    timeouts: TIMEOUTS,
  };
}

function scripted(scripts: readonly Script[], onCall: (call: ProviderCall) => void): Provider {
  let calls = 0;
  return {
    call: async (call) => {
      const script = scripts[calls++] ?? {};
      onCall(call);
      const { refusal } = script;
      const body = refusal ? once(refusal.body) : played(script, call.signal);
      return { status: refusal?.status ?? 200, header: () => 'text/event-stream', body };
    },
    classify: classifyChatError,
    redact: (words) => words,
    close: async () => undefined,
  };
}

async function* once(body: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(body);
}

async function* played({ pieces = [], ending = 'end' }: Script, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield Buffer.from(piece);
    await setImmediate();
  }
  if (ending === 'reset') throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
  if (ending === 'stall') {
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }
}
