import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Something that moved money; its entries sum to zero. Append-only. */
@Entity('ledger_transactions')
export class LedgerTransaction {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'ledger_transactions_pkey' })
  id!: string;

  /** `charge`, `hold`, `release` or `grant`. */
  @Column('text')
  kind!: string;

  /** The request, reservation or grant that it is about. */
  @Column('text')
  reference!: string;

  @Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
  recordedAt!: Date;
}
