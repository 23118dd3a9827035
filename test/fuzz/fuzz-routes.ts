import type { SeededRandom } from '../faults/seeded-random.js';
import { hostileText, oneOf, valueFor, type ValueSchema } from './hostile-values.js';
import type { Findings } from './findings.js';

const ANSWERED_WITHIN_MILLISECONDS = 30_000;
/** Streams go on for ever: what has begun is looked at no further. */
const READ_MILLISECONDS = 400;
const MOST_KNOWN = 200;
const HANDS = 8;

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: ValueSchema }>> };
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: ValueSchema }[];
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Where to call, and as whom. */
export interface FuzzedServer {
  readonly url: string;
  readonly keys: readonly string[];
}

/** Calls every route of the running server with what its own description asks for, and with what it does not, until a time. */
export class RouteFuzzer {
  private readonly known: string[] = ['demo', 'default', 'fast'];
  private next = 0;

  private constructor(
    private readonly server: FuzzedServer,
    private readonly routes: readonly Route[],
    private readonly random: SeededRandom,
    private readonly findings: Findings,
  ) {}

  static async on(server: FuzzedServer, random: SeededRandom, findings: Findings): Promise<RouteFuzzer> {
    const answer = await fetch(`${server.url}/openapi.json`);
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Operation>> };
    const routes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    );
    return new RouteFuzzer(server, routes, random, findings);
  }

  get routeCount(): number {
    return this.routes.length;
  }

  async until(end: number): Promise<void> {
    const hand = async (): Promise<void> => {
      while (Date.now() < end) {
        // In turn, so that none is left out.
        const route = this.routes[this.next % this.routes.length] as Route;
        this.next += 1;
        await this.call(route);
      }
    };
    await Promise.all(Array.from({ length: HANDS }, hand));
  }

  private async call(route: Route): Promise<void> {
    const address = this.addressOf(route);
    const init = this.requestOf(route);
    const name = `${route.method} ${route.path}`;
    this.findings.tried(name);
    try {
      const answer = await fetch(`${this.server.url}${address}`, {
        ...init,
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWERED_WITHIN_MILLISECONDS),
      });
      const text = await beginningOf(answer);
      this.judge(name, {
        status: answer.status,
        text,
        sent: `${address.slice(0, 200)} ${String(init.body).slice(0, 400)}`,
      });
      this.remember(text);
    } catch (error) {
      const { cause, message } = error as Error;
      this.findings.add(
        name,
        `no answer: ${cause instanceof Error ? cause.message : message}`,
        `${address.slice(0, 200)} ${String(init.body).slice(0, 400)}`,
      );
    }
  }

  private judge(name: string, { status, text, sent }: { status: number; text: string; sent: string }): void {
    this.findings.answered(status);
    if (/\bat .+ \(.+:\d+:\d+\)|node_modules|relation "|syntax error at|127\.0\.0\.1:\d+/.test(text) && status >= 400)
      this.findings.add(name, `status ${status} tells of the inside: ${text.slice(0, 300)}`, sent);
    if (status < 500) return;
    const code = codeOf(text);
    if (code === undefined || code === 'internal_error')
      this.findings.add(name, `status ${status} without a reason: ${text.slice(0, 300)}`, sent);
  }

  private addressOf({ path, operation }: Route): string {
    const filled = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(wellFormed(this.segment())));
    const query = (operation.parameters ?? [])
      .filter((parameter) => parameter.in === 'query' && this.random.next() < 0.4)
      .map(({ name, schema }) => {
        const value = valueFor(this.random, schema, this.known);
        const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
        return `${encodeURIComponent(name)}=${encodeURIComponent(wellFormed(text.slice(0, 2_000)))}`;
      });
    return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
  }

  private segment(): string {
    const text = this.random.next() < 0.6 ? oneOf(this.random, this.known) : hostileText(this.random).slice(0, 400);
    return text === '' || /^\.{1,2}$/.test(text) ? 'x' : text;
  }

  private requestOf({ method, operation }: Route): { method: string; headers: Record<string, string>; body?: string } {
    const headers: Record<string, string> = { authorization: `Bearer ${oneOf(this.random, this.server.keys)}` };
    if (this.random.next() < 0.2) headers['if-match'] = oneOf(this.random, ['*', '"v1"', 'x', '']);
    if (this.random.next() < 0.1) headers['idempotency-key'] = oneOf(this.random, ['a', 'b', 'x'.repeat(300)]);
    if (this.random.next() < 0.05) headers['prefer'] = 'respond-async';
    if (this.random.next() < 0.05) headers['last-event-id'] = '9'.repeat(40);
    if (method === 'GET' || method === 'DELETE') return { method, headers };
    headers['content-type'] = this.random.next() < 0.95 ? 'application/json' : 'multipart/form-data; boundary=x';
    const schema = operation.requestBody?.content['application/json']?.schema ?? CALL;
    const body = JSON.stringify(valueFor(this.random, schema, this.known)) ?? '';
    return { method, headers, body: this.random.next() < 0.03 ? body.slice(0, body.length / 2) : body };
  }

  /** Ids in answers are what the next calls ask for. */
  private remember(text: string): void {
    for (const [, id] of text.matchAll(/"(?:id|name|custom_id)":\s?"([^"\\]{1,100})"/g))
      if (id !== undefined && !this.known.includes(id)) this.known.push(id);
    if (this.known.length > MOST_KNOWN) this.known.splice(3, this.known.length - MOST_KNOWN);
  }
}

/** What model calls look like, whose bodies are read by no schema. */
const TEXT: ValueSchema = { type: 'string' };
const CALL: ValueSchema = {
  type: 'object',
  required: ['model', 'messages'],
  properties: {
    model: { enum: ['fast', 'fast', 'nobody'] },
    messages: {
      type: 'array',
      items: {
        type: 'object',
        required: ['role', 'content'],
        properties: { role: { enum: ['user', 'system', 'assistant', 'tool'] }, content: TEXT },
      },
    },
    input: { anyOf: [TEXT, { type: 'array', items: TEXT }] },
    prompt: TEXT,
    query: TEXT,
    documents: { type: 'array', items: TEXT },
    stream: { type: 'boolean' },
    max_tokens: { type: 'integer' },
    n: { type: 'integer' },
    temperature: { type: 'number', maximum: 2 },
    metadata: { type: 'object', properties: { a: TEXT } },
    tools: { type: 'array', items: { type: 'object', properties: { type: TEXT, function: { type: 'object' } } } },
  },
};

/** Lone halves of pairs cannot be sent in an address. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

async function beginningOf(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  if (!reader) return '';
  const parts: Uint8Array[] = [];
  const end = Date.now() + READ_MILLISECONDS;
  const patience = setTimeout(() => void reader.cancel().catch(() => undefined), READ_MILLISECONDS);
  try {
    while (Date.now() < end) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
    }
  } finally {
    clearTimeout(patience);
    await reader.cancel().catch(() => undefined);
  }
  return Buffer.concat(parts).toString('utf8').slice(0, 100_000);
}

function codeOf(text: string): unknown {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; type?: unknown } };
    return error?.code ?? error?.type;
  } catch {
    return undefined;
  }
}
