import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/**
 * A budget in one of its periods, of one end user where each has one. `posted` is spent, `held` is set aside (the sum of what its
 * reservations still hold), and together they are never more than `limit + granted` but where the limit was lowered. The row is
 * the lock of all that hangs on it.
 */
@Entity('budget_periods')
@Unique('budget_periods_once', ['budgetId', 'subject', 'startsAt'])
@Check(
  'budget_amounts_are_not_negative',
  'limit_nano_usd >= 0 AND granted_nano_usd >= 0 AND posted_nano_usd >= 0 AND held_nano_usd >= 0 AND overrun_nano_usd >= 0',
)
export class BudgetPeriod {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'budget_periods_pkey' })
  id!: string;

  @Column('text', { name: 'budget_id' })
  budgetId!: string;

  /** The end user, or empty. */
  @Column('text')
  subject!: string;

  @Column('text')
  organization!: string;

  @Column('timestamptz', { name: 'starts_at' })
  startsAt!: Date;

  /** Null for a budget that never begins anew. */
  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt!: Date | null;

  @Column('bigint', { name: 'limit_nano_usd' })
  limitNanoUsd!: string;

  /** The highest limit that the period had. */
  @Column('bigint', { name: 'highest_limit_nano_usd', default: 0 })
  highestLimitNanoUsd!: string;

  /** One-off additions, and credits that were paid for in advance. */
  @Column('bigint', { name: 'granted_nano_usd', default: 0 })
  grantedNanoUsd!: string;

  @Column('bigint', { name: 'posted_nano_usd', default: 0 })
  postedNanoUsd!: string;

  @Column('bigint', { name: 'held_nano_usd', default: 0 })
  heldNanoUsd!: string;

  /** What requests cost beyond what was held for them; not a part of `posted`. */
  @Column('bigint', { name: 'overrun_nano_usd', default: 0 })
  overrunNanoUsd!: string;

  /** The highest share of the limit that was notified of, in millionths. */
  @Column('integer', { name: 'alerted_millionths', default: 0 })
  alertedMillionths!: number;

  /** When a request was refused for the first time; null where none was. */
  @Column('timestamptz', { name: 'exceeded_at', nullable: true })
  exceededAt!: Date | null;
}
