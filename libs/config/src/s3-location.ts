import type { z } from 'zod';
import type { environmentSchema } from './environment.js';
import type { S3Location } from './settings.js';

/** The bucket that the environment names; undefined where it names none. */
export function s3Location(values: z.infer<typeof environmentSchema>): S3Location | undefined {
  const bucket = values.SWITCHYARD_S3_BUCKET;
  if (bucket === undefined) return undefined;
  const endpoint = values.SWITCHYARD_S3_ENDPOINT;
  const [accessKeyId, secretAccessKey] = [values.SWITCHYARD_S3_ACCESS_KEY_ID, values.SWITCHYARD_S3_SECRET_ACCESS_KEY];
  const isComplete = accessKeyId !== undefined && secretAccessKey !== undefined;
  return {
    bucket,
    prefix: values.SWITCHYARD_S3_PREFIX,
    endpoint,
    region: values.SWITCHYARD_S3_REGION,
    credentials: isComplete ? { accessKeyId, secretAccessKey } : undefined,
    isPathStyle: (values.SWITCHYARD_S3_PATH_STYLE ?? String(endpoint !== undefined)) === 'true',
  };
}

/** What is wrong with the variables of the bucket taken together. */
export function s3Problems(given: Readonly<Record<string, unknown>>): string[] {
  const isGiven = (name: string): boolean => given[`SWITCHYARD_S3_${name}`] !== undefined;
  const problems: string[] = [];
  if (isGiven('ACCESS_KEY_ID') !== isGiven('SECRET_ACCESS_KEY')) {
    problems.push(
      'SWITCHYARD_S3_ACCESS_KEY_ID and SWITCHYARD_S3_SECRET_ACCESS_KEY go together: set both, or none for the credentials that the AWS SDK finds',
    );
  }
  const others = ['PREFIX', 'ENDPOINT', 'REGION', 'PATH_STYLE', 'ACCESS_KEY_ID'].filter(isGiven);
  if (!isGiven('BUCKET') && others.length > 0) {
    problems.push(
      `SWITCHYARD_S3_${others[0]} is set, but no SWITCHYARD_S3_BUCKET: files would stay in the data folder`,
    );
  }
  return problems;
}
