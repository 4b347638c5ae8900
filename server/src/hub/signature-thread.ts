/** The thread on which storms of signatures are checked: claims in, a verdict each out, in their order. */
import { parentPort } from 'node:worker_threads';
import { isGenuine, type Claim } from './signature-check.ts';

parentPort?.on('message', (claims: readonly Claim[]) => {
  parentPort?.postMessage(claims.map(isGenuine));
});
