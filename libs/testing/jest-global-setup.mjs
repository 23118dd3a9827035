import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Runs once before the test files that need real servers: finds (or fetches) nats-server and starts the shared Postgres.
 * Both come from the libs' TypeScript sources, so a single spec can be run without a build: Node strips the types, and
 * the hook below lets `./x.js` and `#libs/x` lead to the sources. jest-global-teardown.mjs ends what was started here.
 */
export default async function setUp() {
  if (globalThis.switchyardTestServers !== undefined) return;
  const servers = await startFromSources();
  globalThis.switchyardTestServers = servers.postgres;
  process.env.SWITCHYARD_NATS_SERVER = servers.natsServerBinary;
  process.env[servers.variable] = servers.postgres.url;
}

/** Ends what `setUp` started; jest asks once per project, so only the first call finds something. */
export async function stopTestServers() {
  const servers = globalThis.switchyardTestServers;
  globalThis.switchyardTestServers = undefined;
  await servers?.stop();
}

async function startFromSources() {
  const hooks = registerHooks({ resolve: resolveToSource });
  try {
    const { cacheFolder, findNatsServer } = await import(sourceOf('local-stack'));
    const { startSharedPostgres, TEST_POSTGRES_URL } = await import(sourceOf('testing'));
    const [{ binary }, postgres] = await Promise.all([
      findNatsServer({ cache: cacheFolder(process.env), environment: process.env, report: tell }),
      startSharedPostgres(),
    ]);
    return { natsServerBinary: binary, postgres, variable: TEST_POSTGRES_URL };
  } finally {
    hooks.deregister();
  }
}

function tell(line) {
  process.stderr.write(`test servers: ${line}\n`);
}

function sourceOf(lib) {
  return new URL(`../${lib}/src/index.ts`, import.meta.url).href;
}

function resolveToSource(specifier, context, nextResolve) {
  if (specifier.startsWith('#libs/')) return nextResolve(sourceOf(specifier.slice('#libs/'.length)), context);
  if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(fileURLToPath(source))) return nextResolve(pathToFileURL(fileURLToPath(source)).href, context);
  }
  return nextResolve(specifier, context);
}
