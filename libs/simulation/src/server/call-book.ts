import type { IncomingMessage } from 'node:http';
import type { CallLogFile } from './call-log-file.js';
import type { CallOutcome, CallRecord } from './call-record.js';
import { sha256Of } from './sha-256.js';

/** Totals since the start, as answered at `GET /sim/counters`. */
export interface CallCounters {
  readonly calls: number;
  readonly inFlight: number;
  readonly answered: number;
  readonly cut: number;
  readonly abortedByClient: number;
  readonly refused: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A call that has arrived and not yet ended; what becomes known on the way is noted in it. */
export interface OpenCall {
  readonly sequence: number;
  readonly arrivedMilliseconds: number;
  readonly requestId: string | null;
  readonly authorizationSha256: string | null;
  model: string | null;
  stream: boolean;
  lastUserText: string | null;
  status: number;
  promptTokens: number;
  completionTokens: number;
}

const COUNTER_OF = {
  answered: 'answered',
  cut: 'cut',
  'aborted-by-client': 'abortedByClient',
  refused: 'refused',
} as const satisfies Record<CallOutcome, keyof CallCounters>;

const BEARER = /^Bearer +/i;

/** What a call book needs from outside: the time of day, where lines go, and how many records to keep in memory. */
export interface CallBookSettings {
  readonly nowMilliseconds: () => number;
  readonly file: CallLogFile | undefined;
  readonly keptCalls: number;
}

/** Numbers the calls of one sim provider and writes each down once, when it ends. */
export class CallBook {
  private readonly open = new Set<OpenCall>();
  private readonly kept: CallRecord[] = [];
  private readonly tokenHashes = new Map<string, string>();
  private sequence = 0;
  private readonly totals = {
    answered: 0,
    cut: 0,
    abortedByClient: 0,
    refused: 0,
    promptTokens: 0,
    completionTokens: 0,
  };

  constructor(private readonly settings: CallBookSettings) {}

  /** Opens the record of a call that has just arrived. */
  arrive({ headers }: IncomingMessage): OpenCall {
    const requestId = headers['x-request-id'];
    const call: OpenCall = {
      sequence: (this.sequence += 1),
      arrivedMilliseconds: this.settings.nowMilliseconds(),
      requestId: typeof requestId === 'string' ? requestId : null,
      authorizationSha256: this.hashOfToken(headers.authorization ?? singleOf(headers['x-api-key'])),
      model: null,
      stream: false,
      lastUserText: null,
      status: 0,
      promptTokens: 0,
      completionTokens: 0,
    };
    this.open.add(call);
    return call;
  }

  /** Writes down how a call ended. Only the first end of a call counts. */
  end(call: OpenCall, outcome: CallOutcome): void {
    if (!this.open.delete(call)) return;
    const { promptTokens, completionTokens } = call;
    const { file, keptCalls, nowMilliseconds } = this.settings;
    this.totals[COUNTER_OF[outcome]] += 1;
    this.totals.promptTokens += promptTokens;
    this.totals.completionTokens += completionTokens;
    if (file === undefined && keptCalls === 0) return;
    const record: CallRecord = {
      time: new Date(call.arrivedMilliseconds).toISOString(),
      sequence: call.sequence,
      requestId: call.requestId,
      model: call.model,
      stream: call.stream,
      status: call.status,
      promptTokens,
      completionTokens,
      outcome,
      promptSha256: call.lastUserText === null ? null : sha256Of(call.lastUserText),
      authorizationSha256: call.authorizationSha256,
      durationMilliseconds: nowMilliseconds() - call.arrivedMilliseconds,
    };
    file?.append(record);
    this.keep(record);
  }

  /** Ends every call still open as cut: the sim provider is going away. */
  cutOpenCalls(): void {
    for (const call of this.open) this.end(call, 'cut');
  }

  counters(): CallCounters {
    return { calls: this.sequence, inFlight: this.open.size, ...this.totals };
  }

  /** The newest records, oldest first. */
  records(): readonly CallRecord[] {
    return this.kept.slice(Math.max(0, this.kept.length - this.settings.keptCalls));
  }

  private keep(record: CallRecord): void {
    const { keptCalls } = this.settings;
    this.kept.push(record);
    // Removing from the front costs the length of the array, so it is done for many at a time.
    if (this.kept.length >= 2 * keptCalls) this.kept.splice(0, this.kept.length - keptCalls);
  }

  private hashOfToken(authorization: string | undefined): string | null {
    if (authorization === undefined) return null;
    const known = this.tokenHashes.get(authorization);
    if (known !== undefined) return known;
    const hash = sha256Of(authorization.replace(BEARER, ''));
    if (this.tokenHashes.size >= 1000) this.tokenHashes.clear();
    this.tokenHashes.set(authorization, hash);
    return hash;
  }
}

function singleOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
