import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** An account of the ledger; `keep-ledger/ledger-accounts.policy.ts` says which there are. */
@Entity('ledger_accounts')
@Unique('ledger_accounts_name', ['name'])
export class LedgerAccount {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'ledger_accounts_pkey' })
  id!: number;

  @Column('text')
  name!: string;

  @Column('text', { default: 'USD' })
  currency!: string;
}
