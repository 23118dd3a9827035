import { z } from 'zod';
import { slug } from '#libs/contracts';

import { closedObject } from '../closed-object.js';

const PART = '[a-z0-9][a-z0-9_-]{0,62}';

const project = z.string().regex(new RegExp(`^${PART}/${PART}$`), 'must be written organization/project');
const key = z
  .string()
  .regex(
    new RegExp(`^${PART}(/${PART}/${PART})?$`),
    'must be the name of a key, or written organization/project/key for one of them',
  );

const lists = {
  organizations: z.array(slug).min(1).optional(),
  projects: z.array(project).min(1).optional(),
  keys: z.array(key).min(1).optional(),
  tiers: z.array(slug).min(1).optional(),
};

/** Who may use a model or a target, in the form of the contracts. */
export const accessFields = closedObject({ ...lists, deny: closedObject(lists).optional() });
