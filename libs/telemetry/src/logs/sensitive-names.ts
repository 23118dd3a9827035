const CREDENTIAL = /(?:key|secret|password|passwd|passphrase|token|authorization|cookie|credentials?|signature|seed)$/;

const CONTENT = new Set(
  [
    ['body', 'rawbody', 'requestbody', 'responsebody', 'payload', 'data', 'bytes', 'chunk', 'chunks', 'line', 'lines'],
    ['messages', 'prompt', 'prompts', 'content', 'contents', 'text', 'texts', 'input', 'inputs', 'output', 'outputs'],
    ['system', 'instructions', 'completion', 'completions', 'choices', 'delta', 'reasoning', 'question', 'answer'],
    ['arguments', 'tools', 'toolcalls', 'functioncall', 'embedding', 'image', 'audio', 'document', 'documents'],
    ['parameters', 'params', 'query', 'sql', 'detail', 'where', 'row', 'rows', 'enduser'],
  ].flat(),
);

/** How a field is treated by its name: never shown, shown only as a number, or shown. */
export type Sensitivity = 'credential' | 'content' | 'plain';

const known = new Map<string, Sensitivity>();
const KNOWN_LIMIT = 2_000;

/**
 * What a field's name says of its value, whatever the case and separators (`apiKey`, `x-api-key`, `API_KEY`): names of
 * credentials, and names under which callers' words, request bodies and database values travel.
 */
export function sensitivityOf(name: string): Sensitivity {
  const remembered = known.get(name);
  if (remembered !== undefined) return remembered;
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const sensitivity = CREDENTIAL.test(plain) ? 'credential' : CONTENT.has(plain) ? 'content' : 'plain';
  // Names come from code, but a logged foreign object may bring any: the memory stays bounded.
  if (known.size < KNOWN_LIMIT) known.set(name, sensitivity);
  return sensitivity;
}
