import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../machine/project.js';

/** The npm package that is measured beside Switchyard; bench/peer/package.json pins it. */
export const PEER_PACKAGE = '@portkey-ai/gateway';

/** Text of the manifest and the pinned version of the peer in it. */
export function readPeerManifest(): { readonly text: string; readonly version: string } {
  const text = readFileSync(join(projectFolder, 'bench', 'peer', 'package.json'), 'utf8');
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text);
  return { text, version: dependencies[PEER_PACKAGE] ?? 'none' };
}
