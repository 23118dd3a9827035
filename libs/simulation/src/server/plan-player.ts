import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { playSimulation, SimulatedCutError, type Pacing } from '../plan/play-simulation.js';
import type { SimulationPlan, StreamPlan, WholePlan } from '../plan/simulation-plan.js';
import type { CallBook, OpenCall } from './call-book.js';
import type { CallOutcome } from './call-record.js';

type AnsweringPlan = WholePlan | StreamPlan;

function headersOf(plan: AnsweringPlan): Record<string, string | number> {
  return plan.kind === 'whole' ? { ...plan.headers, 'content-length': plan.declaredBytes } : plan.headers;
}

function outcomeOf(plan: SimulationPlan): CallOutcome {
  if (plan.kind === 'silence' || plan.ending === 'cut') return 'cut';
  return plan.status < 300 ? 'answered' : 'refused';
}

/** One reason for all: to make one for each call, with its stack, would cost as much as the call. */
const CLIENT_LEFT = new Error('The client closed the connection before the answer was complete.');

/**
 * Plays plans over HTTP. A call is written down just before its last bytes leave, so that whoever has read an answer
 * finds it in the log; a call whose client leaves earlier is written down when that is noticed.
 */
export class PlanPlayer {
  constructor(
    private readonly book: CallBook,
    private readonly pacing: Pacing,
  ) {}

  play(plan: SimulationPlan, call: OpenCall, response: ServerResponse): void {
    const isImmediate = plan.kind === 'whole' && plan.ending === 'clean' && plan.firstByteDelayMilliseconds === 0;
    if (isImmediate) {
      this.begin(plan, call);
      call.completionTokens = plan.usage?.completionTokens ?? 0;
      this.book.end(call, outcomeOf(plan));
      response.writeHead(plan.status, headersOf(plan)).end(plan.body);
      return;
    }
    const departure = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) departure.abort(CLIENT_LEFT);
    });
    this.playInTime(plan, { call, response, signal: departure.signal }).catch((error: unknown) => {
      if (error instanceof SimulatedCutError) {
        this.book.end(call, 'cut');
        // After what was written has left; without the end mark of the body, the client sees the cut.
        setImmediate(() => response.socket?.destroySoon());
        return;
      }
      if (!departure.signal.aborted) throw error;
      this.book.end(call, 'aborted-by-client');
    });
  }

  private begin(plan: AnsweringPlan, call: OpenCall): void {
    call.status = plan.status;
    call.promptTokens = plan.usage?.promptTokens ?? 0;
  }

  private async playInTime(plan: SimulationPlan, performance: Performance): Promise<void> {
    const { call, response, signal } = performance;
    if (plan.kind !== 'silence') {
      if (plan.firstByteDelayMilliseconds > 0) await this.pacing.delay(plan.firstByteDelayMilliseconds, signal);
      signal.throwIfAborted();
      this.begin(plan, call);
      response.writeHead(plan.status, headersOf(plan));
      // The head leaves with the first bytes if they are due at once, else by itself.
      setImmediate(() => {
        if (!response.writableEnded) response.flushHeaders();
      });
    }
    for await (const chunk of playSimulation(plan, signal, this.pacing)) {
      call.completionTokens += chunk.completionTokens;
      if (chunk.isLast && plan.ending !== 'hang') this.book.end(call, outcomeOf(plan));
      if (chunk.isLast && plan.ending === 'clean') response.end(chunk.bytes);
      else if (!response.write(chunk.bytes)) await once(response, 'drain', { signal });
    }
  }
}

interface Performance {
  readonly call: OpenCall;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}
