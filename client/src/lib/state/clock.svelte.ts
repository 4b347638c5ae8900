/** Now, as near to the hub's clock as this terminal knows. What is shown ticks once a minute. */
import { dayOf } from '@sanji/sync/domain/calendar';

const MINUTE_MS = 60_000;

/** Each contact measures the offset anew, a few milliseconds off: what is on the screen does not follow that. */
const SHOWN_STEP_MS = 1_000;

class StationClock {
  #offsetMs = 0;
  #shownOffsetMs = $state(0);
  #deviceNow = $state(Date.now());
  /** Milliseconds since the epoch, corrected; changes each minute. */
  now = $derived(this.#deviceNow + this.#shownOffsetMs);
  today = $derived(dayOf(this.now));

  /** hub clock − device clock, milliseconds, as measured last. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  set offsetMs(offsetMs: number) {
    this.#offsetMs = offsetMs;
    if (Math.abs(offsetMs - this.#shownOffsetMs) >= SHOWN_STEP_MS) this.#shownOffsetMs = offsetMs;
  }

  /** The same, steady enough to be shown. */
  get shownOffsetMs(): number {
    return this.#shownOffsetMs;
  }

  /** Starts the ticking at full minutes; returns how to stop. */
  start(): () => void {
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      this.#deviceNow = Date.now();
      timer = setTimeout(tick, MINUTE_MS - (this.#deviceNow % MINUTE_MS));
    };
    tick();
    // A terminal that slept wakes with an old minute on its screen.
    const wake = (): void => {
      clearTimeout(timer);
      tick();
    };
    document.addEventListener('visibilitychange', wake);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', wake);
    };
  }

  /** This very moment, uncorrected: what goes into a signed action. */
  read(): number {
    return Date.now();
  }
}

export const clock = new StationClock();
