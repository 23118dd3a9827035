import { z } from 'zod';
import type { ApiClient } from '../call-api/api-client.js';

const price = z.object({
  name: z.string(),
  provider: z.string(),
  model: z.string(),
  effectiveFrom: z.string().optional(),
  price: z.record(z.string(), z.unknown()),
  managedBy: z.string(),
  etag: z.string(),
  priceVersion: z.string(),
  status: z.string(),
});
const page = z.object({ data: z.array(price), hasMore: z.boolean(), next: z.string().nullable() });
const removed = z.object({ name: z.string(), deleted: z.literal(true) });

/** A price as the API tells it. */
export type Price = z.infer<typeof price>;

/** What a price is set to. */
export type PriceSetting = Pick<Price, 'provider' | 'model' | 'price'> & { effectiveFrom?: string };

/** The addresses below `/admin/v1/prices`. */
export class PriceApi {
  constructor(private readonly api: ApiClient) {}

  async list(): Promise<Price[]> {
    const prices: Price[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const after: string = cursor === '' ? '' : `&after=${encodeURIComponent(cursor)}`;
      const found: z.infer<typeof page> = await this.api.json('GET', `/admin/v1/prices?limit=100${after}`, page);
      prices.push(...found.data);
      cursor = found.hasMore ? found.next : null;
    }
    return prices;
  }

  /** Changes by people at a terminal: what is there counts, whoever changed it last. */
  async set(name: string, setting: PriceSetting): Promise<Price> {
    const isThere = (await this.list()).some((one) => one.name === name);
    const headers: Record<string, string> = isThere ? { 'if-match': '*' } : {};
    return this.api.json('PUT', of(name), price, setting, headers);
  }

  async remove(name: string): Promise<z.infer<typeof removed>> {
    return this.api.json('DELETE', of(name), removed, undefined, { 'if-match': '*' });
  }
}

function of(name: string): string {
  return `/admin/v1/prices/${encodeURIComponent(name)}`;
}
