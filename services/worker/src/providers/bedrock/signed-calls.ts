import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import type { Dispatcher } from 'undici';
import { BatchCalls, type OutgoingRequest } from '../../provider-http/batch-calls.js';
import { ProviderFailure } from '../provider-failure.js';
import type { AwsCredential } from './aws-credential.js';

/** A service of AWS in a region, and who calls it. */
export interface SignedService {
  readonly service: 'bedrock' | 's3';
  readonly region: string;
  readonly baseUrl: string;
  readonly credential: AwsCredential;
}

/** Calls of a service of AWS, each with a signature of its own (SigV4). */
export function signedCalls({ service, region, baseUrl, credential }: SignedService, agent: Dispatcher): BatchCalls {
  const { origin, pathname } = new URL(baseUrl);
  // Keys of signatures hold for a day.
  const cache = new Map<string, ArrayBuffer>();
  const headers = async ({ method, url, body }: OutgoingRequest): Promise<Record<string, string>> => {
    if (!('accessKeyId' in credential))
      throw new ProviderFailure(
        'unsupported',
        'batches of Bedrock go through S3, which takes no API key of Bedrock; give the provider an access key',
      );
    const digest = createHash('sha256').update(body).digest('hex');
    const { apiKey: _none, ...keys } = credential;
    const signer = new AwsV4Signer({
      ...keys,
      service,
      region,
      method,
      url,
      headers: { 'x-amz-content-sha256': digest },
      cache,
    });
    return Object.fromEntries((await signer.sign()).headers);
  };
  return new BatchCalls({ agent, origin, root: pathname.replace(/\/$/, ''), headers });
}
