/**
 * The server, hub or street relay, with a clock that a test may move; says over IPC when it listens. The product itself has no way to move
 * its clock.
 */
import { readConfig } from '@sanji/server/config';
import { startHub } from '@sanji/server/hub';
import { startRelay } from '@sanji/server/relay/street-relay';

let offsetMs = Number(process.env['CLOCK_OFFSET_MS'] ?? '0');
process.on('message', (message: { offsetMs: number }) => {
  offsetMs = message.offsetMs;
});
const clock = { now: () => Date.now() + offsetMs };
const config = readConfig(process.env);
const hub = await (config.upstreamUrl === undefined
  ? startHub({ config, clock })
  : startRelay({ config, clock }));

process.on('SIGTERM', () => {
  void hub.stop().then(() => {
    process.exit(0);
  });
});
process.send?.({ url: hub.url });
