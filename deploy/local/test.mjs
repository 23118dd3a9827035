// npm test [-- jest's arguments]: sets up what is missing, then runs the whole test suite.
import { bootstrap } from './bootstrap.mjs';
import { refuse } from './refusal.mjs';
import { runTests } from './run-tests.mjs';

try {
  const node = await bootstrap();
  const { code, passed, failed } = await runTests(node, process.argv.slice(2));
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exitCode = code;
} catch (error) {
  refuse(error);
}
