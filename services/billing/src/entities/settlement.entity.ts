import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How the hold of one request on one budget ended: what was posted of it, and what the request cost beyond. Append-only. */
@Entity('settlements')
export class Settlement {
  @PrimaryColumn('text', { name: 'request_id', primaryKeyConstraintName: 'settlements_pkey' })
  requestId!: string;

  @PrimaryColumn('text', { name: 'reservation_id', primaryKeyConstraintName: 'settlements_pkey' })
  reservationId!: string;

  @Column('text', { name: 'period_id' })
  periodId!: string;

  @Column('bigint', { name: 'held_nano_usd' })
  heldNanoUsd!: string;

  @Column('bigint', { name: 'posted_nano_usd' })
  postedNanoUsd!: string;

  @Column('bigint', { name: 'overrun_nano_usd' })
  overrunNanoUsd!: string;

  /** Whether the reservation had ended before; it is then posted where the budget has room, and an overrun elsewhere. */
  @Column('boolean', { name: 'is_late' })
  isLate!: boolean;

  @Column('timestamptz', { name: 'settled_at', default: () => 'now()' })
  settledAt!: Date;
}
