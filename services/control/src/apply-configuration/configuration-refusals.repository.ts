import { Injectable } from '@nestjs/common';

import { Database } from '#libs/storage';

import type { ConfigurationProblem } from '../compile-configuration/configuration-problem.js';

/** A configuration that was not put in force, and why. */
export interface Refusal {
  readonly origin: string;
  readonly sourceSha256: string;
  readonly problems: readonly ConfigurationProblem[];
}

/** The configurations that were refused, for who wonders later why an edit had no effect. */
@Injectable()
export class ConfigurationRefusalsRepository {
  constructor(private readonly database: Database) {}

  async record({ origin, sourceSha256, problems }: Refusal): Promise<void> {
    await this.database.query(
      'INSERT INTO control.configuration_refusals (source_sha256, origin, problems) VALUES ($1, $2, $3)',
      [sourceSha256, origin, JSON.stringify(problems)],
    );
  }
}
