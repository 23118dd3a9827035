import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a call cost by the provider's own count. */
export interface Bill {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A call as it came, and what became of it. Entries are added, never removed. */
export interface ScriptedCall {
  readonly provider: string;
  /** As asked for; behaviours go by what stands before the first slash. */
  readonly model: string;
  /** Arrival, in milliseconds since the epoch. */
  readonly time: number;
  /** 1 for the first call with this model name. */
  readonly turn: number;
  readonly stream: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly messages: readonly { role: string; content: unknown }[];
  bill: Bill;
  /** When the caller went away before the answer was complete. */
  leftAt?: number;
}

/** Answers one call. */
export type Behaviour = (call: ScriptedCall, response: ServerResponse) => void;

/** A provider that speaks Chat Completions and does what a test says. */
export interface ScriptedProvider {
  readonly name: string;
  /** As switchyard.yaml has it. */
  readonly fields: { readonly kind: 'openai'; readonly baseUrl: string; readonly apiKey: string };
  readonly calls: readonly ScriptedCall[];
  callsOf(model: string): ScriptedCall[];
  /** The sum of the bills of a model's calls. */
  billOf(model: string): Bill;
  /** Most calls of a model that were under way at once. */
  mostAtOnce(model: string): number;
  close(): Promise<void>;
}

/** Starts one on a free port. A model without a behaviour of its own is answered by `otherwise`. */
export async function startScriptedProvider(
  name: string,
  script: Readonly<Record<string, Behaviour>>,
  otherwise: Behaviour,
): Promise<ScriptedProvider> {
  const calls: ScriptedCall[] = [];
  const [underWay, most] = [new Map<string, number>(), new Map<string, number>()];
  const callsOf = (model: string): ScriptedCall[] => calls.filter((call) => call.model === model);

  const count = (model: string, change: 1 | -1): void => {
    const now = (underWay.get(model) ?? 0) + change;
    underWay.set(model, now);
    most.set(model, Math.max(most.get(model) ?? 0, now));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Asked whether it is there at all.
    if (request.method === 'GET') return void response.end(JSON.stringify({ object: 'list', data: [] }));
    const time = Date.now();
    const { model, stream = false, messages = [] } = JSON.parse(await textOf(request)) as WireRequest;
    const turn = callsOf(model).length + 1;
    const bill = { promptTokens: 0, completionTokens: 0 };
    const call: ScriptedCall = { provider: name, model, time, turn, stream, headers: request.headers, messages, bill };
    calls.push(call);
    count(model, 1);
    response.once('close', () => {
      count(model, -1);
      if (!response.writableFinished) call.leftAt = Date.now();
    });
    (script[model.split('/')[0] ?? model] ?? otherwise)(call, response);
  };

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    name,
    fields: { kind: 'openai', baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: `sk-scripted-${name}` },
    calls,
    callsOf,
    billOf: (model) => callsOf(model).reduce(sum, { promptTokens: 0, completionTokens: 0 }),
    mostAtOnce: (model) => most.get(model) ?? 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface WireRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages?: readonly { role: string; content: unknown }[];
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function sum(all: Bill, { bill }: ScriptedCall): Bill {
  return {
    promptTokens: all.promptTokens + bill.promptTokens,
    completionTokens: all.completionTokens + bill.completionTokens,
  };
}
