import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import type { Command } from 'commander';

/** What a command asked of the server. */
export interface Asked {
  /** Such as `GET /v1/models`. */
  readonly route: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Undefined where there was none. */
  readonly body: unknown;
}

/** A text is sent as it is. */
export interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** Commands run as at a terminal, against a server that answers as the test says, with what they print caught. */
export class TerminalForTests {
  asked: Asked[] = [];
  printed = '';
  complained = '';
  private readonly server: Server;

  constructor(answerTo: (asked: Asked) => Answer) {
    this.server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        const { method, headers, url = '/' } = request;
        const asked = {
          route: `${method} ${url}`,
          url: new URL(url, 'http://localhost'),
          headers,
          body: text === '' ? undefined : (JSON.parse(text) as unknown),
        };
        this.asked.push(asked);
        const { status = 200, body } = answerTo(asked);
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The flags that lead a command here. */
  get connection(): string[] {
    return ['--url', this.url, '--key', 'sk-test'];
  }

  /** Before each test: forgets what was, and catches what is printed from now on, until mocks are restored. */
  listen(): void {
    [this.asked, this.printed, this.complained] = [[], '', ''];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((this.printed += String(text)), true));
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((this.complained += String(text)), true));
  }

  /** Rejects as the command does, wrong arguments included. */
  async run(command: Command, ...line: readonly string[]): Promise<void> {
    endInErrors(command);
    await command.parseAsync([...line, ...this.connection], { from: 'user' });
  }
}

function endInErrors(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) endInErrors(child);
}
