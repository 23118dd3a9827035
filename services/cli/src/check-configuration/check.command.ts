import { Command } from 'commander';
import { checkFile } from './check-file.js';

/** `switchyard check FILE`: whether a configuration would be taken, before it is put in place. No server is asked. */
export function checkCommand(exit: (code: number) => void): Command {
  return new Command('check')
    .description('check a switchyard.yaml before it is put in place; no server is asked')
    .argument('<file>', 'the configuration; its ${env:…} and ${file:…} are looked up here')
    .option('--json', 'print what is found as JSON')
    .action(async (file: string, flags: { json?: boolean }) => exit(await checkFile(file, flags.json ?? false)));
}
