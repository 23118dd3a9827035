import { readFileSync } from 'node:fs';
import type { LoadOrder } from './load-order.js';
import { runOrder } from './run-order.js';

// A process of its own, so that its work is not counted among that of the contenders.
const prompts: string[] = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));

process.on('disconnect', () => process.exit());
process.on('message', (order: LoadOrder) => {
  void runOrder(order, prompts).then((result) => process.send?.(result));
});
