/// <reference lib="webworker" />
/**
 * Holds the seal key while a page of this terminal is being loaded again: in memory, for seconds, for the one tab that gave it. On the disk
 * an unlocked key would be worth nothing as a secret.
 */
export interface Kept {
  key: CryptoKey;
  /** At the hub, cut off by the end of the page: the next page makes it again. */
  login?: { staffId: string; password: string };
}
export interface KeepKey {
  type: 'KEEP_KEY';
  /** Known to the tab alone; the next page of that tab asks with it. */
  ticket: string;
  kept: Kept;
}
export interface TakeKey {
  type: 'TAKE_KEY';
  ticket: string;
}

/** The page has the key. Until then it stays: a page that is loaded again before the answer comes leaves it to the next one. */
export interface ReleaseKey {
  type: 'RELEASE_KEY';
  ticket: string;
}

/** A slow terminal starts the program within this. */
const KEPT_MS = 20_000;

const held = new Map<string, Kept>();

/** True when the message was for the key keeper. Answers a TAKE_KEY at the port it came with: what was kept, or null. */
export function keepKey(event: ExtendableMessageEvent): boolean {
  const data = event.data as KeepKey | TakeKey | ReleaseKey | null;
  if (data?.type === 'KEEP_KEY') {
    const { ticket, kept } = data;
    held.set(ticket, kept);
    // The browser ends a worker that waits for nothing, and its memory with it.
    event.waitUntil(
      new Promise<void>((resolve) => {
        setTimeout(() => {
          held.delete(ticket);
          resolve();
        }, KEPT_MS);
      }),
    );
    return true;
  }
  if (data?.type === 'TAKE_KEY') {
    event.ports[0]?.postMessage(held.get(data.ticket) ?? null);
    return true;
  }
  if (data?.type !== 'RELEASE_KEY') return false;
  held.delete(data.ticket);
  return true;
}
