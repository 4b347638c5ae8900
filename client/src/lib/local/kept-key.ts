/** Carries the seal key over a reload of the tab, by the memory of the service worker: a clerk who presses F5 is not asked again. */
import type { KeepKey, TakeKey } from '../../service-worker/key-keeper.ts';
import type { SealKey } from './seal.ts';

/** Longer than a worker takes to start, short enough that a terminal without one is not kept waiting. */
const ANSWER_MS = 1_000;

/** Gives `key` away when the page goes. `find` is asked then: undefined when the terminal is locked. */
export function keepOverReload(find: () => { ticket: string; key: SealKey } | undefined): void {
  addEventListener('pagehide', () => {
    const held = find();
    if (held === undefined) return;
    const message: KeepKey = { type: 'KEEP_KEY', ...held };
    navigator.serviceWorker.controller?.postMessage(message);
  });
}

/** Undefined when nothing was kept under `ticket`, or no worker answers. */
export async function takeKept(ticket: string): Promise<SealKey | undefined> {
  const worker = navigator.serviceWorker.controller;
  if (worker === null) return undefined;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => {
      resolve(undefined);
    }, ANSWER_MS);
    port1.onmessage = ({ data }: MessageEvent<SealKey | null>) => {
      clearTimeout(giveUp);
      port1.close();
      resolve(data ?? undefined);
    };
    const message: TakeKey = { type: 'TAKE_KEY', ticket };
    worker.postMessage(message, [port2]);
  });
}
