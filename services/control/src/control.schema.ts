import type { ServiceSchema } from '#libs/storage';

import { ConfigurationRefusal } from './entities/configuration-refusal.entity.js';
import { ConfigurationVersion } from './entities/configuration-version.entity.js';
import { CreateConfigurationVersions1764000000000 } from './migrations/1-create-configuration-versions.js';
import { TellPoliciesApart1764000000010 } from './migrations/2-tell-policies-apart.js';

/** What control keeps in Postgres. */
export const controlSchema: ServiceSchema = {
  schema: 'control',
  entities: [ConfigurationVersion, ConfigurationRefusal],
  migrations: [CreateConfigurationVersions1764000000000, TellPoliciesApart1764000000010],
  poolSize: 2,
};
