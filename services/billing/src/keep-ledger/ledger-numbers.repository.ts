import { Injectable } from '@nestjs/common';
import { Database } from '#libs/storage';

/** What the sequence goes on by: whoever draws a number has those up to the next one, too. */
const AT_ONCE = 1_000;

/**
 * Numbers for transactions of the ledger, drawn a thousand at a time: who knows the numbers of a bundle beforehand writes its entries
 * without looking them up. What was drawn and is not used is missing for good, as after any transaction that was rolled back.
 */
@Injectable()
export class LedgerNumbers {
  private next = 0;
  private end = 0;

  constructor(private readonly database: Database) {}

  /** The first of `count` numbers in a row that nobody else has. */
  async take(count: number): Promise<number> {
    if (count > AT_ONCE) throw new RangeError(`${count} numbers are more than there are in a row`);
    if (this.end - this.next < count) {
      const [row] = await this.database.query<{ first: string }>(
        `SELECT nextval('billing.ledger_transaction_ids') AS first`,
      );
      this.next = Number(row?.first);
      this.end = this.next + AT_ONCE;
    }
    const first = this.next;
    this.next += count;
    return first;
  }
}
