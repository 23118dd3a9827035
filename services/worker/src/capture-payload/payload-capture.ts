import { Injectable } from '@nestjs/common';
import type { Facts, PayloadOrder, RequestEnded } from '#libs/contracts';
import { SnapshotWatch } from '#libs/messaging';
import { PayloadKeeper, type CapturedCall } from '#libs/payloads';
import { PayloadRules } from '#libs/routing';
import { Logger } from '#libs/telemetry';
import type { AssignedCall } from '../call-model/assigned-call.js';
import { CapturingReply } from './capturing-reply.js';

/** A call, and the promise that what is kept of it is on its way. */
export interface CapturedWork {
  readonly call: AssignedCall;
  readonly kept: () => Promise<void>;
}

const nothingToKeep = (): Promise<void> => Promise.resolve();

/** Has prompt and answer kept of the calls whose plan says so; for all others it does nothing. */
@Injectable()
export class PayloadCapture {
  private rules = new PayloadRules({});

  constructor(
    private readonly keeper: PayloadKeeper,
    private readonly logger: Logger,
    watch: SnapshotWatch,
  ) {
    watch.onChange((snapshot) => (this.rules = new PayloadRules(snapshot)));
  }

  /** What is kept of a line that a provider did in a batch of its own, whose plan is long gone. */
  orderOf(facts: Facts): PayloadOrder | undefined {
    return this.rules.of(facts);
  }

  /** Resolves when prompt and answer of such a line are in the stream; at once where nothing is kept of it. */
  async keepLine(
    {
      facts,
      body,
      order,
    }: { readonly facts: Facts; readonly body: Uint8Array; readonly order: PayloadOrder | undefined },
    outcome: RequestEnded['outcome'],
    answer: CapturedCall['answer'],
  ): Promise<void> {
    if (!order) return;
    await this.keeper.keep({ facts, order, outcome, prompt: body, ...(answer ? { answer } : {}) });
  }

  /** The call with a way back that captures; the very call where nothing is to be kept. A copy's answer goes to nobody, and is not kept. */
  of(call: AssignedCall): CapturedWork {
    const { facts, slip, body } = call;
    const order = slip.execution?.payload;
    if (order === undefined || facts.shadowOf !== undefined) return { call, kept: nothingToKeep };
    let keeping = nothingToKeep();
    const reply = new CapturingReply(call.reply, { facts, body, order }, (captured) => {
      // After the frames of the answer: masking and sealing take time.
      keeping = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.keeper.keep(captured));
      keeping.catch((error: unknown) =>
        this.logger.error({ requestId: facts.requestId, error }, 'prompt and answer of a request could not be kept'),
      );
    });
    return { call: { ...call, reply }, kept: () => keeping };
  }
}
