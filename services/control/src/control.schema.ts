import type { ServiceSchema } from '#libs/storage';

import { ConfigurationRefusal } from './entities/configuration-refusal.entity.js';
import { ConfigurationVersion } from './entities/configuration-version.entity.js';
import { Document } from './entities/document.entity.js';
import { IssuedKeyRow } from './entities/issued-key.entity.js';
import { OutgoingMessage } from './entities/outgoing-message.entity.js';
import { CreateConfigurationVersions1764000000000 } from './migrations/1-create-configuration-versions.js';
import { TellPoliciesApart1764000000010 } from './migrations/2-tell-policies-apart.js';
import { CreateTenants1764000000020 } from './migrations/3-create-tenants.js';
import { CreateDeadLetters1764700000000 } from './migrations/4-create-dead-letters.js';

/** What control keeps in Postgres. */
export const controlSchema: ServiceSchema = {
  schema: 'control',
  entities: [ConfigurationVersion, ConfigurationRefusal, Document, IssuedKeyRow, OutgoingMessage],
  migrations: [
    CreateConfigurationVersions1764000000000,
    TellPoliciesApart1764000000010,
    CreateTenants1764000000020,
    CreateDeadLetters1764700000000,
  ],
  poolSize: 4,
};
