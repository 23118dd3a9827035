import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A one-off addition to a budget's period, or a credit paid in advance. Append-only; its id makes it happen once. */
@Entity('budget_grants')
@Check('grants_are_positive', 'amount_nano_usd > 0')
export class BudgetGrant {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'budget_grants_pkey' })
  id!: string;

  @Column('text', { name: 'period_id' })
  periodId!: string;

  @Column('bigint', { name: 'amount_nano_usd' })
  amountNanoUsd!: string;

  @Column('text', { nullable: true })
  note!: string | null;

  /** Organisation, project and key of who granted it. */
  @Column('text', { name: 'granted_by' })
  grantedBy!: string;

  @Column('timestamptz', { name: 'granted_at', default: () => 'now()' })
  grantedAt!: Date;
}
