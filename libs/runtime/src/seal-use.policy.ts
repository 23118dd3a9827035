import type { SealUse } from '#libs/config';
import type { ServiceName } from '#libs/contracts';

const USES: Readonly<Record<ServiceName, SealUse | undefined>> = {
  ingress: 'needed',
  router: 'needed',
  jobs: 'needed',
  billing: 'needed',
  audit: 'needed',
  control: undefined,
  worker: 'forbidden',
};

/** What a service has to do with the key that requests are sealed with (docs/architecture/6-identities.md). */
export function sealUseOf(service: ServiceName): SealUse | undefined {
  return USES[service];
}

/** What is to be said at the start of a service that should have the key and has none; undefined where all is well. */
export function missingSealWarning(
  service: ServiceName,
  { requestSealFile }: { readonly requestSealFile: string | undefined },
): string | undefined {
  if (sealUseOf(service) !== 'needed' || requestSealFile !== undefined) return undefined;
  return `${service} seals no requests and asks for no seals, so that whoever reaches NATS can make up requests and their ends: set SWITCHYARD_REQUEST_SEAL_FILE (docs/architecture/6-identities.md)`;
}
