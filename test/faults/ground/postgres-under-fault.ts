import { randomBytes } from 'node:crypto';

import { PostgresServer } from '#libs/local-stack';
import { Client } from 'pg';

const DATABASE = 'switchyard';

/** A Postgres of a ground, durable as in production: killed or shut down at once, and started again on its data. */
export class PostgresUnderFault {
  private constructor(
    private readonly options: { dataFolder: string; password: string; maxConnections: number },
    private server: PostgresServer,
  ) {}

  static async start(dataFolder: string, maxConnections = 100): Promise<PostgresUnderFault> {
    const options = { dataFolder, password: randomBytes(12).toString('hex'), maxConnections };
    const postgres = new PostgresUnderFault(options, await PostgresServer.start(options));
    const client = new Client({ connectionString: postgres.server.urlOf('postgres') });
    await client.connect();
    await client.query(`CREATE DATABASE ${DATABASE}`);
    await client.end();
    return postgres;
  }

  get url(): string {
    return this.server.urlOf(DATABASE);
  }

  get port(): number {
    return this.server.port;
  }

  /** kill -9 of the postmaster. */
  async kill(): Promise<void> {
    await this.server.kill();
  }

  /** What `pg_ctl stop -m immediate` does. */
  async stopImmediately(): Promise<void> {
    process.kill(this.server.pid, 'SIGQUIT');
    await this.server.exited;
  }

  async startAgain(): Promise<void> {
    this.server = await PostgresServer.start({ ...this.options, port: this.server.port });
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }
}
