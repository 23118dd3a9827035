import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));

const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['switchyard-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  setupFiles: ['reflect-metadata'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
};

/** Real servers: nats-server is found or fetched, one Postgres is started for the whole run. */
const withServers = {
  globalSetup: '<rootDir>/libs/testing/jest-global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/jest-global-teardown.mjs',
};

export default {
  maxWorkers: 2,
  // A process keeps some megabytes of each file of tests that it ran. After hundreds of them its collector takes seconds at a time,
  // tests run into their limits, and it ends at four gigabytes.
  workerIdleMemoryLimit: '1GB',
  // Longer than what waits in a test for something to become true: a failure then says what did not.
  testTimeout: 60_000,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['**/*.spec.ts'],
      testPathIgnorePatterns: [String.raw`\.(int|e2e)\.spec\.ts$`, '/node_modules/', '/dist'],
    },
    { ...base, ...withServers, displayName: 'int', testMatch: ['**/*.int.spec.ts'] },
    { ...base, ...withServers, displayName: 'e2e', testMatch: ['**/*.e2e.spec.ts'] },
  ],
};
