/** The command behind `npm run restore`: arguments, what to print, exit codes. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from './config.ts';
import { MACHINE_CLOCK } from './machine-time.ts';
import { RestoreRefused, restoreBackup } from './restore-backup.ts';
import { StoreStartError } from './store/store-error.ts';

/** sysexits.h: usage, configuration, service unavailable. */
const EXIT_USAGE = 64;
const EXIT_CONFIG = 78;
const EXIT_UNAVAILABLE = 69;

const USAGE = `npm run restore -- --from FILE   puts back a copy of hub.sqlite, or of the data folder
npm run restore                  after the databases were put back (CouchDB), or the file by hand`;

async function main(): Promise<void> {
  let from: string | undefined;
  try {
    from = parseArgs({ options: { from: { type: 'string' } } }).values.from;
  } catch {
    console.error(USAGE);
    process.exitCode = EXIT_USAGE;
    return;
  }
  try {
    const config = readConfig(process.env);
    // npm runs a command in the project's folder; a path is meant from where it was typed.
    const here = process.env['INIT_CWD'] ?? '.';
    const done = await restoreBackup({
      config,
      clock: MACHINE_CLOCK,
      ...(from !== undefined && { from: resolve(here, from) }),
    });
    console.log(
      `Restored. The store begins epoch ${String(done.after.count)} (before: ${String(done.before.count)}).`,
    );
    if (done.keptAs !== undefined) console.log(`What was there before is kept as ${done.keptAs}`);
    console.log(wordsOfRevocations(done.keptOut));
    console.log('Start the hub. The stations give back what it has forgotten as they come on line.');
  } catch (error) {
    process.exitCode = explain(error);
  }
}

function wordsOfRevocations(keptOut: number | undefined): string {
  return keptOut === undefined
    ? 'Before terminals can reach the hub, take out of service again what was taken out since the backup: it is known only once a station that knew it is on line.'
    : `${String(keptOut)} entries that were taken out of service since the backup are out of service again.`;
}

function explain(error: unknown): number {
  if (error instanceof RestoreRefused) {
    console.error(error.message);
    return EXIT_UNAVAILABLE;
  }
  if (error instanceof StoreStartError) {
    console.error(`${error.message}\n${error.whatToDo}`);
    return EXIT_UNAVAILABLE;
  }
  if (error instanceof ConfigError) {
    console.error(error.message);
    return EXIT_CONFIG;
  }
  console.error('The restore did not succeed:', error);
  return 1;
}

await main();
