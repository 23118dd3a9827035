import { parseArgs } from 'node:util';

import { FaultsError } from './faults.error.js';
import { FaultProxy } from './ground/fault-proxy.js';
import { controlByHttp } from './ground/proxy-control.js';

/** `proxy`: a fault proxy with its control port, until it is told to end. */
export async function runProxy(commandLine: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: commandLine,
    options: { listen: { type: 'string' }, target: { type: 'string' }, control: { type: 'string' } },
  });
  const [host, port] = (values.target ?? '').split(':');
  if (host === undefined || port === undefined || values.listen === undefined || values.control === undefined)
    throw new FaultsError('proxy needs --listen, --target and --control.', 'See --help.');
  const proxy = await FaultProxy.start({ host, port: Number(port) }, Number(values.listen));
  await controlByHttp(proxy, Number(values.control));
  process.stdout.write(
    `127.0.0.1:${proxy.port} leads to ${values.target}; PUT http://127.0.0.1:${values.control}/toxics\n`,
  );
  return new Promise(() => undefined);
}
