import { z } from 'zod';

import { closedObject } from '../closed-object.js';
import { baseUrl } from '../field-types.js';

const MOST_RECORDS = 10_000;

/** Where batch inference of Bedrock finds requests and leaves answers, and as whom. The defaults are those of the options. */
export const bedrockBatches = closedObject({
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket, such as "our-bedrock-batches"'),
  prefix: z
    .string()
    .max(200)
    .regex(
      /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/,
      'must be letters, digits, "_" and "-", in parts with "/" between them',
    )
    .optional(),
  roleArn: z
    .string()
    .max(2_048)
    .regex(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
      'must be the ARN of a role, such as "arn:aws:iam::123456789012:role/bedrock-batches"',
    ),
  minRecords: z.int().positive().max(MOST_RECORDS).optional(),
  baseUrl: baseUrl.optional(),
  storageUrl: baseUrl.optional(),
});
