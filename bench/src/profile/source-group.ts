import { pathToFileURL } from 'node:url';
import type { SelfTime } from './cpu-profile.js';

/** To what a function belongs, coarse (a package, a service, a lib, a module of Node) and fine (its file). */
export interface SourceGroup {
  readonly owner: string;
  readonly file: string;
}

/** Names the source of a function; `projectFolder` is where dist/ lies. */
export function sourceGroup(
  { url, functionName }: Pick<SelfTime, 'url' | 'functionName'>,
  projectFolder: string,
): SourceGroup {
  if (url === '') return { owner: nativeOwner(functionName), file: '' };
  if (url.startsWith('wasm:')) return { owner: 'WebAssembly', file: url };
  if (url.startsWith('node:')) return { owner: url.split('/').slice(0, 2).join('/'), file: url };
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(url);
  if (inPackage !== null) return { owner: inPackage[1] ?? '', file: `${inPackage[1]}/${inPackage[2]}` };
  const file = url.replace(`${pathToFileURL(projectFolder).href.replace(/\/$/, '')}/dist/`, '');
  return { owner: file.split('/').slice(0, 2).join('/'), file };
}

function nativeOwner(functionName: string): string {
  if (functionName === '(garbage collector)') return 'garbage collection';
  return functionName === '(program)' ? 'native code of the runtime' : 'built-in functions';
}
