import type { Facts, Timeouts, Usage } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import { attemptCall, type AttemptResult } from '../call-model/attempt-call.js';
import { CallClock } from '../call-model/call-clock.js';
import { noReply } from '../call-model/reply-channel.js';
import type { Provider } from '../providers/provider.js';

const GENEROUS: Timeouts = { firstByteMilliseconds: 10_000, idleMilliseconds: 10_000, totalMilliseconds: 20_000 };

/** What a call gave: the bytes that a caller would have got, and what was read from them. */
export interface ContractResult extends Omit<AttemptResult, 'body'> {
  readonly text: string;
  readonly usage: Usage;
}

/** One call as the worker makes it: through the attempt that reads answers by the caller's dialect. */
export class ContractCall {
  readonly clock: CallClock;
  /** Bytes that a waiting caller has got so far. */
  relayed = '';
  private readonly facts: Facts;
  private readonly body: Buffer;

  constructor(
    private readonly provider: Provider,
    { dialect, body }: { dialect: string; body: object },
    private readonly timeouts: Timeouts = GENEROUS,
  ) {
    this.body = Buffer.from(JSON.stringify(body));
    this.facts = {
      ...dialectNamed(dialect).readFacts(this.body),
      requestId: 'req_0123456789',
      organization: 'demo',
      project: 'default',
      key: 'ci',
      lane: 'interactive',
      receivedAt: Date.now(),
    };
    this.clock = new CallClock(timeouts, timeouts.totalMilliseconds);
  }

  /** @throws ProviderFailure */
  async run(): Promise<ContractResult> {
    const { facts, body, clock, timeouts } = this;
    const target = {
      provider: 'tested',
      model: facts.model,
      price: { version: 'price_1', inputNanoUsdPerMillion: '0', outputNanoUsdPerMillion: '0' },
      timeouts,
    };
    const reply = { ...noReply, chunk: (bytes: Uint8Array) => void (this.relayed += Buffer.from(bytes).toString()) };
    const head = { provider: target.provider, model: target.model, priceVersion: target.price.version, attempts: 1 };
    try {
      const result = await attemptCall(
        this.provider,
        { facts, target, body, attempt: 0, signal: clock.signal },
        { clock, reply, head, progress: { hasBegun: false } },
      );
      const { body: whole, ...rest } = result;
      return { ...rest, text: whole ? Buffer.from(whole).toString() : this.relayed };
    } finally {
      clock.stop();
    }
  }
}
