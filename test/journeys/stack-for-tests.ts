import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '#libs/local-stack';
import { eventually } from '#libs/testing';
import { Client, type QueryResultRow } from 'pg';

import { PROJECT_FOLDER } from './project-folder.js';

const READY_WITHIN_MILLISECONDS = 90_000;
const RESTARTED_WITHIN_MILLISECONDS = 60_000;
const STOPPED_WITHIN_MILLISECONDS = 60_000;
const KEPT_LOG_LINES = 60;
const DEFECT = /unhandled|uncaught/i;
/** A service did something on NATS that its identity may not: a line is missing in its row of `MessageAccess`. */
const FORBIDDEN = /Permissions Violation[^"]*\\?"[^"]*"/i;

/** What runs in a stack, by the names that its launcher gives its processes. */
export type ProcessName =
  'ingress' | 'router' | 'worker' | 'jobs' | 'billing' | 'audit' | 'control' | 'nats-server' | 'postgres';

/**
 * A whole Switchyard as an operator runs it: the launcher from dist/ with its nats-server, its Postgres and a process per
 * service, on free ports and in a folder of its own. Everything is done to it from outside: calls by HTTP, kills by
 * signal, looks into the records by SQL.
 */
export class StackForTests {
  readonly url: string;
  readonly #adminKey: string;
  readonly #home: string;
  readonly #databasePort: number;
  readonly #launcher: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  #printed = '';

  private constructor(place: Place, launcher: ChildProcess) {
    this.url = `http://127.0.0.1:${place.port}`;
    this.#adminKey = place.adminKey;
    this.#home = place.home;
    this.#databasePort = place.databasePort;
    this.#launcher = launcher;
    this.#exited = once(launcher, 'exit');
    const keep = (chunk: Buffer): void => void (this.#printed += chunk.toString('utf8'));
    launcher.stdout?.on('data', keep);
    launcher.stderr?.on('data', keep);
  }

  /**
   * Starts a stack under a configuration (the object that switchyard.yaml holds) and waits until it is ready. `settings` are
   * more variables of its environment.
   */
  static async start(configuration: object, settings: Readonly<Record<string, string>> = {}): Promise<StackForTests> {
    const home = await mkdtemp(join(tmpdir(), 'switchyard-journey-'));
    const [port, databasePort] = [await freePort(), await freePort()];
    const place = { home, port, databasePort, adminKey: `sy_admin_${randomBytes(12).toString('hex')}` };
    await writeFile(join(home, 'switchyard.yaml'), JSON.stringify(configuration, undefined, 2));
    const entry = join(PROJECT_FOLDER, 'dist', 'libs', 'local-stack', 'src', 'start.main.js');
    // The channel closes when the test's process is gone, and the launcher then stops by itself.
    const launcher = spawn(process.execPath, [entry], {
      cwd: home,
      env: { ...environmentOf(place), ...settings },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const stack = new StackForTests(place, launcher);
    try {
      await stack.untilReady();
    } catch (error) {
      await stack.printLogs();
      launcher.kill('SIGKILL');
      throw error;
    }
    return stack;
  }

  /** The bootstrap key. */
  get adminKey(): string {
    return this.#adminKey;
  }

  /** Its folder. */
  get home(): string {
    return this.#home;
  }

  /** Waits until every service of the stack answers that it is ready. */
  async untilReady(withinMilliseconds = READY_WITHIN_MILLISECONDS): Promise<void> {
    await eventually(
      async () => {
        if (this.#launcher.exitCode !== null) throw new Error(`the launcher left:\n${this.#printed}`);
        const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) });
        if (answer.status !== 200) throw new Error(`the stack is not ready: ${await answer.text()}`);
      },
      { withinMilliseconds, everyMilliseconds: 100 },
    );
  }

  /** kill -9 of one process. Resolves when the launcher has started its successor, which may not be ready yet. */
  async kill(name: ProcessName): Promise<void> {
    const pid = await this.pidOf(name);
    process.kill(pid, 'SIGKILL');
    await eventually(
      async () => {
        if ((await this.pidOf(name)) === pid) throw new Error(`${name} has not been started again`);
      },
      { withinMilliseconds: RESTARTED_WITHIN_MILLISECONDS },
    );
  }

  /** Sends a process a signal and waits for nothing. */
  async signal(name: ProcessName, signal: NodeJS.Signals): Promise<void> {
    process.kill(await this.pidOf(name), signal);
  }

  /** The environment that a process runs in. */
  async environmentOf(name: ProcessName): Promise<Record<string, string>> {
    const text = await readFile(`/proc/${await this.pidOf(name)}/environ`, 'utf8');
    return Object.fromEntries(
      text.split('\0').flatMap((line) => {
        const [, variable = '', value = ''] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
        return variable === '' ? [] : [[variable, value]];
      }),
    );
  }

  /** Replaces switchyard.yaml, as an operator's editor would. */
  async configure(configuration: object | string): Promise<void> {
    const text = typeof configuration === 'string' ? configuration : JSON.stringify(configuration, undefined, 2);
    await writeFile(join(this.#home, 'switchyard.yaml'), text);
  }

  /** Asks the stack's own database. */
  async query<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.connected(async (client) => (await client.query<Row>(sql, [...values])).rows);
  }

  /** Asks it several things over one connection, in order; the answer is that to the last. */
  async queryInOrder<Row extends QueryResultRow>(statements: readonly string[]): Promise<Row[]> {
    return this.connected(async (client) => {
      let rows: Row[] = [];
      for (const sql of statements) rows = (await client.query<Row>(sql)).rows;
      return rows;
    });
  }

  private async connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const password = (await readFile(join(this.#home, 'postgres-password'), 'utf8')).trim();
    const address = `postgres://switchyard:${password}@127.0.0.1:${this.#databasePort}/switchyard`;
    const client = new Client({ connectionString: address });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  /** All that the processes have logged so far, by process; the launcher's own output besides. */
  async logs(): Promise<Map<string, string>> {
    const folder = join(this.#home, 'logs');
    const files = await readdir(folder).catch(() => []);
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    return new Map([['launcher', this.#printed], ...files.map((file, index) => [file, texts[index] ?? ''] as const)]);
  }

  /** Shows the end of every log, for a test that failed. */
  async printLogs(): Promise<void> {
    for (const [name, text] of await this.logs()) {
      const lines = text.trimEnd().split('\n').slice(-KEPT_LOG_LINES);
      process.stderr.write(`\n── ${name}\n${lines.join('\n')}\n`);
    }
  }

  /** Stops all of it in order and removes its folder. Throws where a process had a defect or the stop was not clean. */
  async stop(): Promise<void> {
    this.#launcher.kill('SIGTERM');
    const timer = setTimeout(() => this.#launcher.kill('SIGKILL'), STOPPED_WITHIN_MILLISECONDS);
    const [code, signal] = await this.#exited;
    clearTimeout(timer);
    const defects = [...(await this.logs())].filter(([, text]) => DEFECT.test(text)).map(([name]) => name);
    const forbidden = [...(await this.logs())].flatMap(([name, text]) => {
      const said = FORBIDDEN.exec(text);
      return said ? [`${name}: ${said[0]}`] : [];
    });
    if (defects.length > 0 || forbidden.length > 0 || code !== 0) await this.printLogs();
    await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
    if (defects.length > 0) throw new Error(`unhandled or uncaught errors stand in the logs of ${defects.join(', ')}`);
    if (forbidden.length > 0) throw new Error(`NATS refused what services did: ${forbidden.join('; ')}`);
    if (code !== 0) throw new Error(`the stack stopped with exit code ${String(code)}, signal ${String(signal)}`);
  }

  private async pidOf(name: ProcessName): Promise<number> {
    const record = JSON.parse(await readFile(join(this.#home, 'run', `${name}.json`), 'utf8')) as { pid: number };
    return record.pid;
  }
}

interface Place {
  readonly home: string;
  readonly port: number;
  readonly databasePort: number;
  readonly adminKey: string;
}

/** Nothing of the machine's own settings gets in, but where programs are found. */
function environmentOf({ home, port, databasePort, adminKey }: Place): NodeJS.ProcessEnv {
  const foreign = /^(SWITCHYARD_(?!NATS_SERVER$|CACHE$)|NATS_URL$|DATABASE_URL$|OTEL_|NODE_OPTIONS$|JEST_)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(own),
    NODE_ENV: 'production',
    SWITCHYARD_HOME: home,
    SWITCHYARD_CONFIG: join(home, 'switchyard.yaml'),
    SWITCHYARD_PORT: String(port),
    SWITCHYARD_POSTGRES_PORT: String(databasePort),
    SWITCHYARD_ADMIN_KEY: adminKey,
  };
}
