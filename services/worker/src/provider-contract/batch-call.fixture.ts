import type { NativeBatches, NativeLine, NativeResult } from '../providers/native-batches.js';
import type { Provider } from '../providers/provider.js';
import { RecordedExchange } from '../native-batches/recorded-exchange.js';
import type { BatchSubject } from './batch-subject.fixture.js';
import { ContractCall, type ContractResult } from './contract-call.fixture.js';
import type { ContractCaller, Question } from './contract-caller.fixture.js';

const surroundings = { fetchFile: () => Promise.reject(new Error('nothing is to be fetched')) };

/** A provider of the tested kind before its server, and its double that only makes requests and reads answers. */
export class BatchCall {
  readonly batches: NativeBatches;
  private readonly provider: Provider;
  private readonly exchange = new RecordedExchange();
  private readonly double: Provider;

  constructor(
    private readonly subject: Pick<BatchSubject, 'kind' | 'credential' | 'model' | 'options'>,
    origin: string,
  ) {
    const { kind, credential } = subject;
    const options = subject.options(origin);
    this.provider = kind.create(options, credential, surroundings);
    this.double = kind.create(options, credential, { ...surroundings, agent: this.exchange });
    if (!this.provider.batches) throw new Error(`kind ${kind.kind} has no batches`);
    this.batches = this.provider.batches;
  }

  /** Requests named `req_0`, `req_1` …, each of which names itself in its question. */
  async lines(
    caller: ContractCaller,
    { count, question }: { count: number; question: Question },
  ): Promise<NativeLine[]> {
    const lines: NativeLine[] = [];
    for (let index = 0; index < count; index++) {
      const body = caller.ask(this.subject.model, question);
      const named = { ...body, ...withQuestion(body, index) };
      const call = new ContractCall(this.double, { dialect: caller.dialect, body: named });
      const request = await this.exchange.requestOf(() => call.run());
      if (!request) throw new Error('the adapter made no request');
      lines.push({ customId: `req_${index}`, ...request });
    }
    return lines;
  }

  /** What the caller gets of a result. @throws ProviderFailure */
  read(caller: ContractCaller, result: NativeResult | undefined): Promise<ContractResult> {
    if (!result) throw new Error('the batch has no such result');
    const body = caller.ask(this.subject.model, {});
    return this.exchange.answered(result, () => new ContractCall(this.double, { dialect: caller.dialect, body }).run());
  }

  async close(): Promise<void> {
    await Promise.all([this.provider.close(), this.double.close()]);
  }
}

/** The question in words that tell one request from another. */
function withQuestion(body: object, index: number): object {
  const messages = (body as { messages: object[] }).messages;
  return { messages: [...messages.slice(0, -1), { role: 'user', content: `question ${index}` }] };
}
