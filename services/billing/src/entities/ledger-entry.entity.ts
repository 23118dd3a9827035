import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What a transaction moves on one account, in nano-USD; debits are positive. Append-only. Without foreign keys, which would be
 * checked for each of tens of thousands of rows in a second; `switchyard ledger verify` looks for what they would have refused.
 */
@Entity('ledger_entries')
@Check('entries_move_something', 'amount_nano_usd <> 0')
export class LedgerEntry {
  @PrimaryColumn('bigint', { name: 'transaction_id', primaryKeyConstraintName: 'ledger_entries_pkey' })
  transactionId!: string;

  @PrimaryColumn('integer', { name: 'account_id', primaryKeyConstraintName: 'ledger_entries_pkey' })
  accountId!: number;

  @Column('bigint', { name: 'amount_nano_usd' })
  amountNanoUsd!: string;
}
