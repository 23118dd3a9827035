import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { TokenPrices } from '#libs/pricing';

/** A price as it was when calls were made at it; never changed, so that every charge can be recomputed. */
@Entity('price_versions')
@Check(
  'prices_are_not_negative',
  'input_nano_usd_per_million >= 0 AND cached_input_nano_usd_per_million >= 0 AND output_nano_usd_per_million >= 0',
)
export class PriceVersion {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'price_versions_pkey' })
  version!: string;

  @Column('text')
  provider!: string;

  @Column('text')
  model!: string;

  @Column('bigint', { name: 'input_nano_usd_per_million' })
  inputNanoUsdPerMillion!: string;

  /** Null where cached prompt tokens cost what others do. */
  @Column('bigint', { name: 'cached_input_nano_usd_per_million', nullable: true })
  cachedInputNanoUsdPerMillion!: string | null;

  @Column('bigint', { name: 'output_nano_usd_per_million' })
  outputNanoUsdPerMillion!: string;

  /** The other amounts of the price, tiers included, under their names in the price; null where there are none. */
  @Column('jsonb', { name: 'further_amounts', nullable: true })
  furtherAmounts!: Partial<TokenPrices> | null;

  @Column('timestamptz', { name: 'first_seen_at', default: () => 'now()' })
  firstSeenAt!: Date;
}
