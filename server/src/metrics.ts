/** The hub's figures. One registry a hub, so that several may run in one process. No label ever holds a person, a case or a unit. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Histogram({
    name: 'http_request_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.#registry],
  });
  readonly #pushed = new Counter({
    name: 'pushed_cases_total',
    help: 'Cases pushed by stations, by what was answered',
    labelNames: ['answer'],
    registers: [this.#registry],
  });
  readonly #streams = new Gauge({
    name: 'event_streams',
    help: 'Open event streams',
    registers: [this.#registry],
  });
  readonly #faults = new Counter({
    name: 'faults_total',
    help: 'Errors that should not happen; each is in the log',
    registers: [this.#registry],
  });
  readonly #acts = new Counter({
    name: 'hub_acts_total',
    help: 'What the hub did by itself',
    labelNames: ['kind'],
    registers: [this.#registry],
  });

  readonly #behind = new Gauge({
    name: 'store_behind',
    help: 'Whether stations know more than the store: a backup was put back and the restore not finished',
    registers: [this.#registry],
  });

  constructor(withProcess: boolean) {
    if (withProcess) collectDefaultMetrics({ register: this.#registry });
  }

  answered(route: string, status: number, seconds: number): void {
    this.#requests.observe({ route, status: String(status) }, seconds);
  }
  pushed(answer: string): void {
    this.#pushed.inc({ answer });
  }
  acted(kind: string): void {
    this.#acts.inc({ kind });
  }
  behind(): void {
    this.#behind.set(1);
  }
  /** `failing`: the names of work that fails now; asked at each reading. */
  watchFailing(failing: () => string[]): void {
    new Gauge({
      name: 'work_failing',
      help: 'Work the hub does by itself that failed last and is tried again',
      labelNames: ['work'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const work of failing()) this.set({ work }, 1);
      },
    });
  }
  fault(): void {
    this.#faults.inc();
  }
  /** The answer is called when the stream has ended. */
  streamOpened(): () => void {
    this.#streams.inc();
    return () => {
      this.#streams.dec();
    };
  }
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
