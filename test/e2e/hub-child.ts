/** The hub with a clock that a test may move; says over IPC when it listens. The product itself has no way to move its clock. */
import { readConfig } from '@sanji/server/config';
import { startHub } from '@sanji/server/hub';

const offsetMs = Number(process.env['CLOCK_OFFSET_MS'] ?? '0');
const hub = await startHub({ config: readConfig(process.env), clock: { now: () => Date.now() + offsetMs } });

process.on('SIGTERM', () => {
  void hub.stop().then(() => {
    process.exit(0);
  });
});
process.send?.({ url: hub.url });
