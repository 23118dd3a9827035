import { join } from 'node:path';

import { ChildProcess } from './child-process.js';

/** Where a service's build lies and what its process gets. */
export interface ChildServiceOptions {
  readonly name: string;
  /** The root of the project: `dist/services/<name>/src/main.js` lies below it. */
  readonly projectFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly workingFolder?: string;
  readonly givesWay?: boolean;
  readonly onOutput: (chunk: Buffer) => void;
}

/** The file that runs a service; its path shows in `ps`, which is how an operator tells the processes apart. */
export function serviceEntry(projectFolder: string, name: string): string {
  return join(projectFolder, 'dist', 'services', name, 'src', 'main.js');
}

/**
 * Starts one Switchyard service as a process of its own under the running Node. The IPC channel carries no messages: it
 * exists so that the service sees 'disconnect' when this process is gone, and leaves too.
 */
export async function startChildService(options: ChildServiceOptions): Promise<ChildProcess> {
  return ChildProcess.start({
    name: options.name,
    command: process.execPath,
    arguments: [serviceEntry(options.projectFolder, options.name)],
    environment: options.environment,
    ...(options.workingFolder === undefined ? {} : { workingFolder: options.workingFolder }),
    ...(options.givesWay === undefined ? {} : { givesWay: options.givesWay }),
    channel: true,
    onOutput: options.onOutput,
  });
}
