import { readSimProviderArguments, USAGE } from './sim-provider-arguments.js';
import { startSimProvider } from './start-sim-provider.js';

async function main(): Promise<void> {
  const options = await readSimProviderArguments(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return;
  }
  const provider = await startSimProvider(options);
  console.log(`sim provider (simulated answers, no real model) at ${provider.baseUrl}`);
  const leave = (): void => {
    void provider.close();
  };
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
