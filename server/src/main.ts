/** The command: configuration, start, what to print, signals, exit codes. The only place of the server that prints. */
import { ConfigError, readConfig } from './config.ts';
import { announce } from './announce.ts';
import { startHub, type Hub } from './hub.ts';
import { SampleFileError } from './seed/sample-district.ts';
import { StoreStartError } from './store/store-error.ts';

/** sysexits.h: configuration, service unavailable, temporary failure. */
const EXIT_CONFIG = 78;
const EXIT_UNAVAILABLE = 69;
const EXIT_TRY_AGAIN = 75;

async function main(): Promise<void> {
  let hub: Hub;
  try {
    hub = await startHub({
      config: readConfig(process.env),
      onOverthrown: () => {
        console.error('The store was put back under the running hub. It has stopped; start it again.');
        process.exitCode = EXIT_TRY_AGAIN;
      },
    });
  } catch (error) {
    process.exitCode = explain(error);
    return;
  }
  const stop = () => {
    hub.stop().catch((error: unknown) => {
      console.error('The hub did not stop cleanly:', error);
      process.exitCode = 1;
    });
  };
  // A terminal and `npm` may both send the signal: the second must not cut the first one's work short.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  for (const line of await announce(hub)) console.log(line);
}

function explain(error: unknown): number {
  if (error instanceof StoreStartError) {
    console.error(`The hub cannot start: ${error.message}\n${error.whatToDo}`);
    return EXIT_UNAVAILABLE;
  }
  if (error instanceof ConfigError || error instanceof SampleFileError) {
    console.error(error.message);
    return EXIT_CONFIG;
  }
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    console.error('The port is taken by another program. Set PORT to another number, or end that program.');
    return EXIT_UNAVAILABLE;
  }
  console.error('The hub cannot start:', error);
  return 1;
}

await main();
