import { Injectable } from '@nestjs/common';
import type { TokenPrices } from '#libs/pricing';
import { Database } from '#libs/storage';

/** A price and whose it is. */
export interface TargetPrice {
  readonly version: string;
  readonly provider: string;
  readonly model: string;
  readonly prices: TokenPrices;
}

interface Row {
  version: string;
  input: string;
  cached: string | null;
  output: string;
  further: Partial<TokenPrices> | null;
}

@Injectable()
export class PriceVersionsRepository {
  constructor(private readonly database: Database) {}

  /** Stores the versions that are new; a stored version never changes. */
  async add(prices: readonly TargetPrice[]): Promise<void> {
    const rows = prices.map(({ version, provider, model, prices: amounts }) => ({
      version,
      provider,
      model,
      input_nano_usd_per_million: amounts.inputNanoUsdPerMillion,
      cached_input_nano_usd_per_million: amounts.cachedInputNanoUsdPerMillion ?? null,
      output_nano_usd_per_million: amounts.outputNanoUsdPerMillion,
      further_amounts: furtherOf(amounts),
      first_seen_at: new Date(),
    }));
    await this.database.query(
      `INSERT INTO billing.price_versions
       SELECT * FROM json_populate_recordset(NULL::billing.price_versions, $1) ORDER BY version
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(rows)],
    );
  }

  /** The stored prices among these versions. */
  async find(versions: readonly string[]): Promise<Map<string, TokenPrices>> {
    const rows = await this.database.query<Row>(
      `SELECT version, input_nano_usd_per_million AS input, cached_input_nano_usd_per_million AS cached,
              output_nano_usd_per_million AS output, further_amounts AS further
       FROM billing.price_versions WHERE version = ANY($1)`,
      [versions],
    );
    return new Map(
      rows.map(({ version, input, cached, output, further }) => [
        version,
        {
          inputNanoUsdPerMillion: input,
          ...(cached !== null && { cachedInputNanoUsdPerMillion: cached }),
          outputNanoUsdPerMillion: output,
          ...further,
        },
      ]),
    );
  }
}

/** What of a price has no column of its own. */
function furtherOf(prices: TokenPrices): Partial<TokenPrices> | null {
  const {
    inputNanoUsdPerMillion: _input,
    cachedInputNanoUsdPerMillion: _cached,
    outputNanoUsdPerMillion: _output,
    ...further
  } = prices;
  return Object.keys(further).length === 0 ? null : further;
}
