import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { Usage } from '#libs/contracts';

/**
 * One attempt that used something, with the version of the price it was charged by. An answer that was kept of an earlier request
 * has a line too where it is charged: provider and price version `cache`, no usage, the amount of the terminal event.
 */
@Entity('charge_lines')
@Check('charge_lines_are_not_negative', 'cost_nano_usd >= 0')
export class ChargeLine {
  @PrimaryColumn('text', { name: 'request_id', primaryKeyConstraintName: 'charge_lines_pkey' })
  requestId!: string;

  /** Position among the attempts of the request, from 0, and after the last for what was kept; attempts without usage have no line. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'charge_lines_pkey' })
  attempt!: number;

  @Column('text')
  provider!: string;

  @Column('text')
  model!: string;

  /** A row of `price_versions`: stored before any line names it, so no foreign key has to be checked for each line. */
  @Column('text', { name: 'price_version' })
  priceVersion!: string;

  @Column('bigint', { name: 'prompt_tokens' })
  promptTokens!: string;

  @Column('bigint', { name: 'completion_tokens' })
  completionTokens!: string;

  @Column('bigint', { name: 'cached_prompt_tokens' })
  cachedPromptTokens!: string;

  @Column('bigint', { name: 'cache_write_prompt_tokens', default: 0 })
  cacheWritePromptTokens!: string;

  @Column('bigint', { name: 'reasoning_tokens', default: 0 })
  reasoningTokens!: string;

  /** Tokens of further kinds, under their names in the usage; null where there were none. */
  @Column('jsonb', { name: 'further_tokens', nullable: true })
  furtherTokens!: Partial<Usage> | null;

  /** What is not paid by tokens, under its names in the usage; null where there was none. */
  @Column('jsonb', { nullable: true })
  units!: Partial<Usage> | null;

  /** `provider` (as reported) or `estimate` (counted by us). */
  @Column('text', { name: 'usage_basis' })
  usageBasis!: string;

  /** What the provider is paid. */
  @Column('bigint', { name: 'cost_nano_usd' })
  costNanoUsd!: string;

  /** `caller`, or `platform` for what the caller did not get. */
  @Column('text', { default: 'caller' })
  payer!: string;
}
