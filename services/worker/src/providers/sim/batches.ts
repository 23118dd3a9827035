import type { Dispatcher } from 'undici';
import { dialectNamed } from '#libs/dialects';
import { planSimulation, type SimulationOptions } from '#libs/simulation';
import { answerOf as httpAnswerOf } from '../../provider-http/answer-of.js';
import { readWhole } from '../../provider-http/read-whole.js';
import type { NativeBatches, NativeLine, NativeOrder, NativeResult, RemoteBatch } from '../native-batches.js';
import { ProviderFailure } from '../provider-failure.js';
import type { ProviderAnswer, ProviderCall } from '../provider.js';
import { answerOf } from './response.js';

const ORIGIN = 'http://sim.invalid';
const CHAT = '/v1/chat/completions';
const MOST_LINES = 50_000;
const MOST_BYTES = 100 * 1024 ** 2;
const NAME = /^simbatch_(\d+)_/;

/** A call whose request is only made, or whose answer came in a batch: of Chat Completions alone. */
export async function recordedAnswer(call: ProviderCall, agent: Dispatcher): Promise<ProviderAnswer> {
  const { facts, target, signal } = call;
  if (facts.dialect !== 'openai-chat')
    throw new ProviderFailure('unsupported', 'simulated batches are of Chat Completions alone');
  const body = dialectNamed(facts.dialect).providerBody(call.body, facts, target.model);
  return httpAnswerOf(await agent.request({ origin: ORIGIN, path: CHAT, method: 'POST', body, signal }));
}

/**
 * Simulated batches: after their time all of their lines are done. Nothing is kept of them, the time stands in their name, so that
 * they outlast a restart; what was cancelled is known to this process alone.
 */
export class SimulatedBatches implements NativeBatches {
  readonly mostLines = MOST_LINES;
  readonly mostBytes = MOST_BYTES;
  readonly needsLines = true;
  private readonly cancelled = new Set<string>();

  constructor(
    private readonly milliseconds: number,
    private readonly options: Omit<SimulationOptions, 'createdSeconds'>,
  ) {}

  takes({ path }: NativeLine): boolean {
    return path === CHAT;
  }

  async submit({ name }: NativeOrder): Promise<string> {
    return `simbatch_${Date.now() + this.milliseconds}_${name}`;
  }

  /** None is kept, so that one submitted again does no harm. */
  async find(): Promise<undefined> {
    return undefined;
  }

  async read(remoteId: string): Promise<RemoteBatch> {
    const endsAt = NAME.exec(remoteId)?.[1];
    if (endsAt === undefined) return { state: 'gone', status: 'unknown to the provider' };
    if (this.cancelled.has(remoteId)) return { state: 'ended', status: 'cancelled' };
    return Number(endsAt) <= Date.now()
      ? { state: 'ended', status: 'completed' }
      : { state: 'running', status: 'in_progress' };
  }

  async *results(remoteId: string, lines: readonly NativeLine[], signal: AbortSignal): AsyncGenerator<NativeResult> {
    if (this.cancelled.has(remoteId)) return;
    const options = {
      ...this.options,
      latencyMilliseconds: 0,
      attempt: 0,
      createdSeconds: Math.floor(Date.now() / 1_000),
    };
    for (const { customId, body } of lines) {
      const request = JSON.parse(body) as { model: string };
      const answer = await answerOf(planSimulation(request.model, request, options), signal);
      yield { customId, status: answer.status, body: await readWhole(answer.body) };
    }
  }

  async cancel(remoteId: string): Promise<void> {
    if ((await this.read(remoteId)).state === 'running') this.cancelled.add(remoteId);
  }
}
