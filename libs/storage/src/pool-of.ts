import { Pool } from 'pg';
import type { DataSource } from 'typeorm';

/** The driver's pool behind a connected TypeORM data source. */
export function poolOf({ driver }: DataSource): Pool {
  if ('master' in driver && driver.master instanceof Pool) {
    return driver.master;
  }
  throw new Error("TypeORM's Postgres driver has no pg pool any more: adapt libs/storage to its new version.");
}
