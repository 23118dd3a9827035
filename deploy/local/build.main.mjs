// npm run build: sets up what is missing and compiles the sources.
import { bootstrap } from './bootstrap.mjs';
import { refuse } from './refusal.mjs';

await bootstrap().catch(refuse);
