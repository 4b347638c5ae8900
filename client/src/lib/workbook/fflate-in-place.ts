/**
 * Stands in for `fflate` (see vite.config.ts). Its asynchronous functions start workers from blobs, which the policy of the page forbids, and
 * then wait for ever; a matter file is packed in a quarter of a second without them.
 */
import { unzipSync, zipSync } from 'fflate/browser';
import type { Unzipped, Zippable } from 'fflate/browser';

export * from 'fflate/browser';

type Done<T> = (error: Error | null, result: T) => void;

export function zip(files: Zippable, done: Done<Uint8Array>): void {
  done(null, zipSync(files));
}

/** The readers call it without options. */
export function unzip(archive: Uint8Array, done: Done<Unzipped>): void {
  done(null, unzipSync(archive));
}
