/** The command: configuration, start, what to print, signals, exit codes. The only place of the server that prints. */
import { ConfigError, readConfig, type Config } from './config.ts';
import { announce, announceRelay } from './announce.ts';
import { startHub } from './hub.ts';
import { MACHINE_CLOCK } from './machine-time.ts';
import { OUT_OF_SERVICE } from './relay/relay-identity.ts';
import { startRelay } from './relay/street-relay.ts';
import { SampleFileError } from './seed/sample-district.ts';
import { StoreStartError } from './store/store-error.ts';

/** sysexits.h: configuration, service unavailable, temporary failure. */
const EXIT_CONFIG = 78;
const EXIT_UNAVAILABLE = 69;
const EXIT_TRY_AGAIN = 75;

async function main(): Promise<void> {
  let started: Started;
  try {
    const config = readConfig(process.env);
    started = config.upstreamUrl === undefined ? await asHub(config) : await asRelay(config);
  } catch (error) {
    process.exitCode = explain(error);
    return;
  }
  const stop = () => {
    started.stop().catch((error: unknown) => {
      console.error('The hub did not stop cleanly:', error);
      process.exitCode = 1;
    });
  };
  // A terminal and `npm` may both send the signal: the second must not cut the first one's work short.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  for (const line of started.lines) console.log(line);
}

interface Started {
  stop(): Promise<void>;
  /** To be printed. */
  lines: string[];
}

async function asHub(config: Config): Promise<Started> {
  const hub = await startHub({
    config,
    onOverthrown: () => {
      console.error('The store was put back under the running hub. It has stopped; start it again.');
      process.exitCode = EXIT_TRY_AGAIN;
    },
  });
  return { stop: () => hub.stop(), lines: await announce(hub) };
}

async function asRelay(config: Config): Promise<Started> {
  const relay = await startRelay({
    config,
    clock: MACHINE_CLOCK,
    onRevoked: () => {
      console.error(OUT_OF_SERVICE);
      process.exitCode = EXIT_CONFIG;
    },
  });
  return { stop: () => relay.stop(), lines: announceRelay(relay) };
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
