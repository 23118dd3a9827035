import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * Money set aside of a budget's period: a lease, of which a process holds requests by itself, or a hold for work that waits. It
 * ends once: `held` becomes `closed` or `expired`, and never anything else.
 */
@Entity('reservations')
@Index('reservations_held_expires_at', ['expiresAt'], { where: "state = 'held'" })
@Index('reservations_request_id', ['requestId'], { where: 'request_id IS NOT NULL' })
@Check('reservations_are_within_bounds', 'remaining_nano_usd >= 0 AND remaining_nano_usd <= placed_nano_usd')
export class Reservation {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'reservations_pkey' })
  id!: string;

  @Column('text', { name: 'period_id' })
  periodId!: string;

  /** `lease` or `hold`. */
  @Column('text')
  kind!: string;

  /** The process that may draw from it. */
  @Column('text')
  holder!: string;

  /** The request of the durable lane that is held; null for a lease. */
  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  @Column('bigint', { name: 'placed_nano_usd' })
  placedNanoUsd!: string;

  /** What was neither settled nor given back. */
  @Column('bigint', { name: 'remaining_nano_usd' })
  remainingNanoUsd!: string;

  @Column('text', { default: 'held' })
  state!: string;

  @Column('timestamptz', { name: 'placed_at', default: () => 'now()' })
  placedAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
