import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';

/** Numbers of accounts by their names. An account is made when it is first named, and never goes. */
@Injectable()
export class LedgerAccounts {
  private readonly known = new Map<string, number>();

  constructor(private readonly database: Database) {}

  /** The numbers of all of these accounts. */
  async numbersOf(names: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    const missing = [...names].filter((name) => !this.known.has(name)).toSorted();
    if (missing.length > 0) await this.learn(missing);
    return this.known;
  }

  private async learn(names: readonly string[]): Promise<void> {
    await this.database.query(
      `INSERT INTO billing.ledger_accounts (id, name)
       SELECT nextval('billing.ledger_account_ids'), name FROM unnest($1::text[]) AS given(name)
       WHERE NOT EXISTS (SELECT FROM billing.ledger_accounts account WHERE account.name = given.name)
       ON CONFLICT DO NOTHING`,
      [names],
    );
    const rows = await this.database.query<{ id: number; name: string }>(
      'SELECT id, name FROM billing.ledger_accounts WHERE name = ANY($1)',
      [names],
    );
    for (const { id, name } of rows) this.known.set(name, id);
  }
}
