import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { Usage } from '#libs/contracts';

/** One attempt of a terminal event that came after its request had been charged by another one; the platform pays for it. */
@Entity('superseded_lines')
@Check('superseded_lines_are_not_negative', 'cost_nano_usd >= 0')
export class SupersededLine {
  @PrimaryColumn('text', { name: 'request_id', primaryKeyConstraintName: 'superseded_lines_pkey' })
  requestId!: string;

  /** Tells the events of one request apart. */
  @PrimaryColumn('timestamptz', { name: 'ended_at', primaryKeyConstraintName: 'superseded_lines_pkey' })
  endedAt!: Date;

  /** Position among the attempts of the event, from 0. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'superseded_lines_pkey' })
  attempt!: number;

  @Column('text')
  organization!: string;

  @Column('text')
  project!: string;

  @Column('text')
  provider!: string;

  @Column('text')
  model!: string;

  @Column('text', { name: 'price_version' })
  priceVersion!: string;

  @Column('jsonb')
  usage!: Usage;

  /** `provider` (as reported) or `estimate` (counted by us). */
  @Column('text', { name: 'usage_basis' })
  usageBasis!: string;

  @Column('bigint', { name: 'cost_nano_usd' })
  costNanoUsd!: string;

  @Column('timestamptz', { name: 'recorded_at', default: () => 'now()' })
  recordedAt!: Date;
}
