import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Numbers of ledger transactions are drawn a thousand at a time, so that a bundle knows those of its transactions beforehand. */
export class NumberInThousands1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER SEQUENCE billing.ledger_transaction_ids INCREMENT BY 1000');
  }

  /** What was drawn last stands for the thousand that begin with it. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SELECT nextval('billing.ledger_transaction_ids');
      ALTER SEQUENCE billing.ledger_transaction_ids INCREMENT BY 1`);
  }
}
