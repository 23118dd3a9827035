import type { Msg } from '@nats-io/transport-node';

/** A received message. Bytes and headers stay undecoded until somebody asks for them. */
export class IncomingMessage {
  constructor(protected readonly raw: Msg) {}

  get subject(): string {
    return this.raw.subject;
  }

  /** Subject that an answer is to go to, if one is expected. */
  get reply(): string | undefined {
    return this.raw.reply === '' ? undefined : this.raw.reply;
  }

  /** The payload; valid as long as the message is held. */
  get data(): Uint8Array {
    return this.raw.data;
  }

  /** The first value of a header, by its exact name. */
  header(name: string): string | undefined {
    const value = this.raw.headers?.get(name);
    return value === undefined || value === '' ? undefined : value;
  }

  /** All headers by their exact names, each with its first value; empty where there are none. */
  headers(): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const [name, [value]] of this.raw.headers ?? []) headers[name] = value ?? '';
    return headers;
  }

  /** Status that the server put in place of an answer: 503 for "nobody listens", 404, 408, 409 for pull requests. */
  get status(): number | undefined {
    const code = this.raw.headers?.code;
    return code === undefined || code === 0 ? undefined : code;
  }

  get statusText(): string {
    return this.raw.headers?.description ?? '';
  }

  text(): string {
    return this.raw.string();
  }

  /** The payload parsed as JSON. @throws SyntaxError where it is none. */
  json(): unknown {
    return JSON.parse(this.raw.string());
  }
}
