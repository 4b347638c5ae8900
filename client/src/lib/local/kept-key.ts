/** Carries the seal key over a reload of the tab, by the memory of the service worker: a clerk who presses F5 is not asked again. */
import type { KeepKey, Kept, ReleaseKey, TakeKey } from '../../service-worker/key-keeper.ts';

/** A worker answers as soon as it runs, on a busy terminal after seconds; one that is broken never does. */
const ANSWER_MS = 10_000;

/** Gives the key away when the page goes. `find` is asked then: undefined when the terminal is locked. */
export function keepOverReload(find: () => { ticket: string; kept: Kept } | undefined): void {
  // By the time the page is hidden the browser has cut off its requests, and a login under way looks like a refused one.
  let before: Kept | undefined;
  addEventListener('beforeunload', () => {
    before = find()?.kept;
  });
  addEventListener('pagehide', () => {
    const held = find();
    if (held === undefined) return;
    const message: KeepKey = { type: 'KEEP_KEY', ticket: held.ticket, kept: { ...before, ...held.kept } };
    navigator.serviceWorker.controller?.postMessage(message);
  });
}

/** Undefined when nothing was kept under `ticket`, or no worker answers. The worker has it until `releaseKept`. */
export async function takeKept(ticket: string): Promise<Kept | undefined> {
  const worker = navigator.serviceWorker.controller;
  if (worker === null) return undefined;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => {
      resolve(undefined);
    }, ANSWER_MS);
    port1.onmessage = ({ data }: MessageEvent<Kept | null>) => {
      clearTimeout(giveUp);
      port1.close();
      resolve(data ?? undefined);
    };
    const message: TakeKey = { type: 'TAKE_KEY', ticket };
    worker.postMessage(message, [port2]);
  });
}

/** Once this page would give the key away itself. */
export function releaseKept(ticket: string): void {
  const message: ReleaseKey = { type: 'RELEASE_KEY', ticket };
  navigator.serviceWorker.controller?.postMessage(message);
}
