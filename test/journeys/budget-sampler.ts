import { setTimeout as pause } from 'node:timers/promises';

import { Client } from 'pg';

const EVERY_MILLISECONDS = 20;
const OVER = `
SELECT budget_id, posted_nano_usd::text AS posted, held_nano_usd::text AS held FROM billing.budget_periods
WHERE posted_nano_usd + held_nano_usd > limit_nano_usd + granted_nano_usd OR posted_nano_usd < 0 OR held_nano_usd < 0`;

/** Looks at all budgets every 20 ms; what is leased is a part of what is held. */
export class BudgetSampler {
  samples = 0;
  readonly violations: object[] = [];
  private isOver = false;
  private readonly running: Promise<void>;

  private constructor(private readonly databaseUrl: string) {
    this.running = this.run();
  }

  static start(databaseUrl: string): BudgetSampler {
    return new BudgetSampler(databaseUrl);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      await this.sample().catch(() => undefined);
      await pause(EVERY_MILLISECONDS);
    }
  }

  /** On one connection, for as long as Postgres is there. */
  private async sample(): Promise<void> {
    const client = new Client({ connectionString: this.databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    try {
      while (!this.isOver) {
        const { rows } = await client.query<object>(OVER);
        this.violations.push(...rows);
        this.samples++;
        await pause(EVERY_MILLISECONDS);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
