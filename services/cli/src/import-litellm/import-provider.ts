import { PROVIDER_PREFIXES, splitModel, type KnownPrefix } from './provider-prefixes.js';
import type { Section } from './section.js';

/** The fields of a provider of switchyard.yaml. */
export type ProviderFields = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A deployment's provider and its model there; undefined, with a warning, where there is none like it here. */
export interface ImportedPlace {
  readonly prefix: string;
  readonly provider: ProviderFields;
  readonly model: string;
}

/** Reads whom a deployment calls from its `litellm_params`. */
export function importPlace(params: Section): ImportedPlace | undefined {
  const model = params.text('model');
  if (model === undefined) return params.warn('model', 'is missing; the deployment is not carried');
  const { prefix, name } = splitModel(model, params.text('custom_llm_provider'));
  const baseUrl = params.text('api_base') ?? params.text('base_url');
  params.take('base_url');
  const known = prefix === undefined ? undefined : PROVIDER_PREFIXES[prefix];
  if (known && prefix !== undefined) {
    const provider = importProvider(known, params, baseUrl);
    return (
      provider && {
        prefix,
        provider,
        model: known.kind === 'bedrock' ? name.replace(/^(converse|invoke)\//, '') : name,
      }
    );
  }
  if (baseUrl === undefined) {
    return params.warn('model', `"${model}" is of a provider that is not known here; the deployment is not carried`);
  }
  params.warn('model', `"${model}" is of a provider that is not known here; taken for a server of OpenAI's format`);
  return { prefix: prefix ?? 'other', provider: serverOf({ kind: 'openai' }, params, baseUrl), model: name };
}

function importProvider(known: KnownPrefix, params: Section, baseUrl: string | undefined): ProviderFields | undefined {
  if (known.kind === 'azure') return azure(known, params, baseUrl);
  if (known.kind === 'bedrock') return bedrock(params, baseUrl);
  if (known.kind === 'vertex') return vertex(params, baseUrl);
  const needsAddress = known.kind === 'openai' && known.baseUrl === undefined;
  if (!needsAddress || baseUrl !== undefined) return serverOf(known, params, baseUrl);
  return params.warn('api_base', 'is missing; the deployment is not carried');
}

function serverOf(known: KnownPrefix, params: Section, baseUrl: string | undefined): ProviderFields {
  const address = baseUrl === undefined ? known.baseUrl : valueOf(baseUrl, params, 'api_base').replace(/\/+$/, '');
  const isBare = address !== undefined && known.addsVersion === true && !/\/v\d+$/.test(address);
  const organization = params.text('organization');
  return {
    kind: known.kind,
    ...(address === undefined ? {} : { baseUrl: isBare ? `${address}/v1` : address }),
    ...credentialOf(params, known.variable),
    ...(organization === undefined
      ? {}
      : { headers: { 'openai-organization': valueOf(organization, params, 'organization') } }),
  };
}

function azure(known: KnownPrefix, params: Section, baseUrl: string | undefined): ProviderFields | undefined {
  const address = baseUrl === undefined ? '${env:AZURE_API_BASE}' : valueOf(baseUrl, params, 'api_base');
  const version = params.text('api_version');
  return {
    kind: 'azure',
    baseUrl: address.replace(/\/openai(\/.*)?$/, '').replace(/\/+$/, ''),
    ...(version === undefined ? {} : { apiVersion: valueOf(version, params, 'api_version') }),
    ...credentialOf(params, known.variable),
  };
}

function bedrock(params: Section, baseUrl: string | undefined): ProviderFields {
  const region = params.text('aws_region_name');
  const part = (name: string, variable: string) => valueOf(params.text(name) ?? `os.environ/${variable}`, params, name);
  const bearer = params.text('api_key');
  const keys = [part('aws_access_key_id', 'AWS_ACCESS_KEY_ID'), part('aws_secret_access_key', 'AWS_SECRET_ACCESS_KEY')];
  const session = params.text('aws_session_token');
  if (session !== undefined) keys.push(valueOf(session, params, 'aws_session_token'));
  return {
    kind: 'bedrock',
    region: region === undefined ? '${env:AWS_REGION_NAME}' : valueOf(region, params, 'aws_region_name'),
    ...(baseUrl === undefined ? {} : { baseUrl: valueOf(baseUrl, params, 'api_base') }),
    apiKey: bearer === undefined ? keys.join(':') : valueOf(bearer, params, 'api_key'),
  };
}

function vertex(params: Section, baseUrl: string | undefined): ProviderFields {
  const [project, location] = [params.text('vertex_project'), params.text('vertex_location')];
  const credentials = params.text('vertex_credentials');
  const isPath = credentials !== undefined && !credentials.startsWith('os.environ/') && !credentials.startsWith('{');
  const key = isPath ? `\${file:${credentials}}` : valueOf(credentials ?? '', params, 'vertex_credentials');
  return {
    kind: 'vertex',
    project: project === undefined ? '${env:VERTEXAI_PROJECT}' : valueOf(project, params, 'vertex_project'),
    location: location === undefined ? '${env:VERTEXAI_LOCATION}' : valueOf(location, params, 'vertex_location'),
    ...(baseUrl === undefined ? {} : { baseUrl: valueOf(baseUrl, params, 'api_base') }),
    apiKey: key === '' ? '${file:vertex-credentials.json}' : key,
  };
}

function credentialOf(params: Section, variable: string | undefined): { apiKey?: string } {
  const key = params.text('api_key');
  if (key !== undefined) {
    if (!key.startsWith('os.environ/'))
      params.warn('api_key', 'stands there in plain text; better take it from the environment');
    return { apiKey: valueOf(key, params, 'api_key') };
  }
  return variable === undefined ? {} : { apiKey: `\${env:${variable}}` };
}

/** `os.environ/NAME` as a reference; anything else as it stands, with what would look like a reference escaped. */
function valueOf(text: string, params: Section, name: string): string {
  const variable = /^os\.environ\/(.*)$/s.exec(text)?.[1];
  if (variable === undefined) return text.replaceAll('${', '$${');
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) return `\${env:${variable}}`;
  params.warn(name, `"${text}" names no environment variable`);
  return text;
}
