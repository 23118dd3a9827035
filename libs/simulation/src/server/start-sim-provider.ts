import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SIM_MODELS } from '../models/sim-models.js';
import { REAL_PACING, type Pacing } from '../plan/play-simulation.js';
import type { SimulationOptions } from '../plan/simulation-options.js';
import { CallBook, type CallCounters } from './call-book.js';
import { CallLogFile } from './call-log-file.js';
import type { CallRecord } from './call-record.js';
import { ChatEndpoint } from './chat-endpoint.js';
import { CHAT_WIRE, COMPLETIONS_WIRE, COUNT_TOKENS_WIRE, MESSAGES_WIRE, type EndpointWire } from './endpoint-wire.js';
import { listen } from './listen.js';
import { operationEndpoints } from './operation-endpoints.js';
import { PlanPlayer } from './plan-player.js';
import { ProviderLimits, type MinuteLimits } from './provider-limits.js';

/** How the HTTP sim provider runs; everything has a default, so that `startSimProvider()` is enough in a test. */
export interface SimProviderOptions extends Omit<SimulationOptions, 'createdSeconds' | 'attempt'>, MinuteLimits {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** The bearer key to demand; without it none is asked for. */
  readonly key?: string;
  /** The JSONL file to append a `CallRecord` to for every call. */
  readonly logFile?: string;
  /** How many of the newest records `calls()` keeps in memory; default 100,000. */
  readonly keptCalls?: number;
  /** The time of day in milliseconds since 1970; default: the real one. */
  readonly nowMilliseconds?: () => number;
  /** How waits pass; default: in real time. */
  readonly pacing?: Pacing;
}

/** A running HTTP sim provider. */
export interface SimProvider {
  /** E.g. `http://127.0.0.1:9001`. */
  readonly url: string;
  /** The same with `/v1`: what an OpenAI client takes as its base URL. */
  readonly baseUrl: string;
  readonly port: number;
  /** The newest finished calls in the order they ended. */
  calls(): readonly CallRecord[];
  counters(): CallCounters;
  /** Stops: cuts open calls (they are written down as cut), flushes the log. */
  close(): Promise<void>;
}

const DEFAULT_KEPT_CALLS = 100_000;
const KEEP_ALIVE_MILLISECONDS = 65_000;
const WIRE_OF_PATH: Readonly<Record<string, EndpointWire>> = {
  '/v1/chat/completions': CHAT_WIRE,
  '/v1/completions': COMPLETIONS_WIRE,
  '/v1/messages': MESSAGES_WIRE,
  '/v1/messages/count_tokens': COUNT_TOKENS_WIRE,
};

type Endpoints = Readonly<Record<string, Pick<ChatEndpoint, 'handle'>>>;

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function listModels(): unknown {
  const data = SIM_MODELS.map(({ name }) => ({ id: name, object: 'model', created: 0, owned_by: 'sim' }));
  return { object: 'list', data };
}

function route(endpoints: Endpoints, book: CallBook): (request: IncomingMessage, response: ServerResponse) => void {
  const pages: Record<string, () => unknown> = {
    '/v1/models': listModels,
    '/healthz': () => ({ status: 'ok' }),
    '/sim/counters': () => book.counters(),
  };
  return (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '/';
    const endpoint = request.method === 'POST' && Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
    if (endpoint !== undefined) {
      endpoint.handle(request, response);
      return;
    }
    request.resume();
    const page = request.method === 'GET' && Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page !== undefined) sendJson(response, 200, page());
    else {
      const message = `The sim provider has no ${request.method} ${path}; it has POST ${Object.keys(endpoints).join(', ')}.`;
      sendJson(response, 404, { error: { message, type: 'invalid_request_error', param: null, code: null } });
    }
  };
}

async function stop(server: Server, book: CallBook): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  book.cutOpenCalls();
  server.closeAllConnections();
  await closed;
}

/**
 * Starts the sim provider as an HTTP server of the OpenAI wire format: `POST /v1/chat/completions` and `POST /v1/completions`
 * (plain and stream), the same in Anthropic's at `POST /v1/messages` with its `count_tokens`, the operations beside chat,
 * `GET /v1/models`, `GET /healthz` and `GET /sim/counters`. Rejects when the port is taken or the log file cannot be opened,
 * naming which.
 */
export async function startSimProvider(options: SimProviderOptions = {}): Promise<SimProvider> {
  const { host = '127.0.0.1', port = 0, key, logFile, keptCalls = DEFAULT_KEPT_CALLS, ...behaviour } = options;
  const { nowMilliseconds = Date.now, pacing = REAL_PACING, ...served } = behaviour;
  const { requestsPerMinute, tokensPerMinute, ...simulation } = served;
  const file = logFile === undefined ? undefined : new CallLogFile(logFile);
  const book = new CallBook({ nowMilliseconds, file, keptCalls });
  const player = new PlanPlayer(book, pacing);
  const { latencyMilliseconds = 0 } = simulation;
  const limits = new ProviderLimits({ requestsPerMinute, tokensPerMinute }, { latencyMilliseconds, nowMilliseconds });
  const settings = { key, simulation, nowMilliseconds, limits };
  const texts = Object.entries(WIRE_OF_PATH).map(([path, wire]) => {
    return [path, new ChatEndpoint({ ...settings, wire }, book, player)] as const;
  });
  const endpoints = { ...Object.fromEntries(texts), ...operationEndpoints(settings, book, player) };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MILLISECONDS }, route(endpoints, book));
  let bound: number;
  try {
    bound = await listen(server, host, port);
  } catch (error) {
    file?.close();
    throw error;
  }
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  return {
    url,
    baseUrl: `${url}/v1`,
    port: bound,
    calls: () => book.records(),
    counters: () => book.counters(),
    close: async () => {
      await stop(server, book);
      file?.close();
    },
  };
}
