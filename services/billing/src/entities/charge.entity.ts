import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Usage } from '#libs/contracts';

/**
 * What one request cost its caller: the sum of the charge lines that the caller pays, with the markup. A request that used nothing
 * has a row of zeros.
 */
@Entity('charges')
@Index('charges_ended_at', ['endedAt'], { type: 'brin' })
@Check('charges_are_not_negative', 'cost_nano_usd >= 0')
export class Charge {
  @PrimaryColumn('text', { name: 'request_id', primaryKeyConstraintName: 'charges_pkey' })
  requestId!: string;

  @Column('text')
  organization!: string;

  @Column('text')
  project!: string;

  @Column('text')
  key!: string;

  /** Which key of its name, of those that the admin API made; null for those of the file, and for charges of before it was kept. */
  @Column('text', { name: 'key_id', nullable: true })
  keyId!: string | null;

  /** The model the caller named; the lines have the models that were called. */
  @Column('text')
  model!: string;

  @Column('text')
  lane!: string;

  @Column('text')
  outcome!: string;

  @Column('bigint', { name: 'prompt_tokens' })
  promptTokens!: string;

  @Column('bigint', { name: 'completion_tokens' })
  completionTokens!: string;

  @Column('bigint', { name: 'cached_prompt_tokens' })
  cachedPromptTokens!: string;

  @Column('bigint', { name: 'cache_write_prompt_tokens', default: 0 })
  cacheWritePromptTokens!: string;

  /** What else was used, under its names in the usage, units that are not tokens included; null where there was none. */
  @Column('jsonb', { name: 'further_usage', nullable: true })
  furtherUsage!: Partial<Usage> | null;

  @Column('bigint', { name: 'cost_nano_usd' })
  costNanoUsd!: string;

  /** What the provider is paid for attempts that the caller does not pay for. */
  @Column('bigint', { name: 'waste_nano_usd', default: 0 })
  wasteNanoUsd!: string;

  /** The part of the cost that is beyond what was held for the request, and that the caller is not charged. */
  @Column('bigint', { name: 'overrun_nano_usd', default: 0 })
  overrunNanoUsd!: string;

  /** What was charged beyond the provider's price, in millionths of it. */
  @Column('integer', { name: 'markup_millionths', default: 0 })
  markupMillionths!: number;

  /** What the usage would have cost at the dearest model, with the markup; null for charges of before that was kept. */
  @Column('bigint', { name: 'baseline_nano_usd', nullable: true })
  baselineNanoUsd!: string | null;

  /** The price version that it follows from; null where it is the cost itself. */
  @Column('text', { name: 'baseline_price_version', nullable: true })
  baselinePriceVersion!: string | null;

  @Column('text', { name: 'batch_id', nullable: true })
  batchId!: string | null;

  @Column('integer', { nullable: true })
  line!: number | null;

  @Column('timestamptz', { name: 'ended_at' })
  endedAt!: Date;

  @Column('timestamptz', { name: 'charged_at', default: () => 'now()' })
  chargedAt!: Date;
}
