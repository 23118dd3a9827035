import type { VertexOptions } from './config.js';

const VERSION = 'v1beta1';

/** Where a project's models in a location answer, up to the publisher or the deployed endpoint. */
export function endpointOf({ baseUrl, project, location }: VertexOptions): string {
  return `${baseUrl ?? `https://${hostOf(location)}/${VERSION}`}/projects/${project}/locations/${location}`;
}

/** Regions have hosts of their own; so have the two multi-regions, by another rule. */
function hostOf(location: string): string {
  if (location === 'global') return 'aiplatform.googleapis.com';
  if (location === 'eu' || location === 'us') return `aiplatform.${location}.rep.googleapis.com`;
  return `${location}-aiplatform.googleapis.com`;
}
