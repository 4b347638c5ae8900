/**
 * Counts requests by key in windows of time that nobody sets. The limiter's own store goes by the date: once a clock that was ahead is put
 * right, the windows of whoever keeps asking would last until that date, and a whole hall be refused for as long.
 */
import type { ClientRateLimitInfo, Store } from 'express-rate-limit';
import type { Clock } from '@sanji/sync/replication/ports';
import { MONOTONIC } from '../machine-time.ts';

interface Window {
  count: number;
  beganAt: number;
}

export class MonotonicWindows implements Store {
  /** Counted for this process alone. */
  readonly localKeys = true;
  readonly #windowMs: number;
  readonly #clock: Clock;
  /** Those that began first come first. */
  readonly #windows = new Map<string, Window>();

  constructor(windowMs: number, clock: Clock = MONOTONIC) {
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  increment(key: string): ClientRateLimitInfo {
    const now = this.#clock.now();
    this.#forgetPast(now);
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = { count: 0, beganAt: now };
      this.#windows.set(key, window);
    }
    window.count += 1;
    // The limiter takes the date off again to say how long to wait.
    const resetTime = new Date(Date.now() + this.#windowMs - (now - window.beganAt));
    return { totalHits: window.count, resetTime };
  }

  decrement(key: string): void {
    const window = this.#windows.get(key);
    if (window !== undefined) window.count -= 1;
  }

  resetKey(key: string): void {
    this.#windows.delete(key);
  }

  /** Keys that are counted now. */
  get size(): number {
    return this.#windows.size;
  }

  #forgetPast(now: number): void {
    for (const [key, { beganAt }] of this.#windows) {
      if (now - beganAt < this.#windowMs) return;
      this.#windows.delete(key);
    }
  }
}
