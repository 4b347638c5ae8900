/**
 * What a neighbour notices of an attack: its pushes and pulls with and without, in turns within one run, on a hub in a process of its own.
 * `node test/attack/neighbour.ts [--rounds N] [--seed S]`, or `measureNeighbour` from the bench.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { PushAnswer, PushedCase } from '@sanji/sync/protocol/messages';
import { ASSAULTS, type Arms, type Assault, type AssaultOrder, type AssaultReport } from './assault.ts';
import type { Prepared, PrepareOrder } from './neighbour-hub.ts';
import { sendRaw, type RawRequest } from './raw-request.ts';

/** Odd, so that there is a middle. */
const ROUNDS = 7;
/** Pushes of a phase, each with a pull after it. */
const PER_PHASE = 30;
/** A station does not ask without a breath. */
const BREATH_MS = 20;
const WARM_UP = 60;
const FUZZ = 2_000;
/** The neighbour's p95 under attack to that without: more is a finding. */
const MAX_RATIO = 2;

interface Times {
  push: number[];
  pull: number[];
}
/** Side by side: what else the machine does meanwhile meets both. */
interface Round {
  calm: Times;
  attacked: Times;
}
export interface Pace {
  pushP95Ms: number;
  pullP95Ms: number;
}
export interface NeighbourFigures {
  rounds: number;
  /** Of all that was measured. */
  calm: Pace;
  attacked: Pace;
  /** Of both p95 the worse, attacked to the calm beside it, in the middle round; of the worst attack, and by attack. */
  ratio: number;
  byAttack: Record<string, Pace & { ratio: number; sent: number }>;
}

export async function measureNeighbour({ seed = 1, rounds = ROUNDS } = {}): Promise<NeighbourFigures> {
  const hub = fork(fileURLToPath(new URL('./neighbour-hub.ts', import.meta.url)));
  const assault = fork(fileURLToPath(new URL('./assault.ts', import.meta.url)));
  try {
    const cases = WARM_UP + rounds * ASSAULTS.length * 2 * PER_PHASE;
    const prepared = await told<Prepared>(hub, { seed, cases, fuzz: FUZZ } satisfies PrepareOrder);
    const { hubUrl, insider, fuzz } = prepared;
    await told(assault, { arms: { hubUrl, insider, fuzz } satisfies Arms } satisfies AssaultOrder);
    const neighbour = new Neighbour(prepared);
    await neighbour.work(WARM_UP);
    const measured = new Map<Assault, Round[]>(ASSAULTS.map((kind) => [kind, []]));
    const sent = new Map<Assault, number>();
    for (let round = 0; round < rounds; round++) {
      for (const [kind, done] of measured) {
        const calm = await neighbour.work(PER_PHASE);
        await told(assault, { begin: kind } satisfies AssaultOrder);
        const attacked = await neighbour.work(PER_PHASE);
        const report = await told<AssaultReport>(assault, { end: true } satisfies AssaultOrder);
        sent.set(kind, (sent.get(kind) ?? 0) + report.sent);
        done.push({ calm, attacked });
      }
    }
    const byAttack: NeighbourFigures['byAttack'] = {};
    for (const [kind, done] of measured) {
      const pace = paceOf(done.map(({ attacked }) => attacked));
      byAttack[kind] = { ...pace, ratio: ratioOf(done), sent: sent.get(kind) ?? 0 };
    }
    const all = [...measured.values()].flat();
    return {
      rounds,
      calm: paceOf(all.map(({ calm }) => calm)),
      attacked: paceOf(all.map(({ attacked }) => attacked)),
      ratio: Math.max(...Object.values(byAttack).map(({ ratio }) => ratio)),
      byAttack,
    };
  } finally {
    assault.kill();
    hub.kill();
  }
}

/** A station at the window while others attack. */
class Neighbour {
  readonly #prepared: Prepared;
  #next = 0;
  #since = '';

  constructor(prepared: Prepared) {
    this.#prepared = prepared;
  }

  async work(count: number): Promise<Times> {
    const times: Times = { push: [], pull: [] };
    for (let i = 0; i < count; i++) {
      const pushed = this.#prepared.cases[this.#next++];
      if (pushed === undefined) throw new Error('no case is left');
      await pause(BREATH_MS);
      times.push.push(await timed(() => this.#push(pushed)));
      await pause(BREATH_MS);
      times.pull.push(await timed(() => this.#pull()));
    }
    return times;
  }

  async #push(pushed: PushedCase): Promise<void> {
    const body = JSON.stringify({ v: 1, cases: [pushed] });
    const answer = await this.#ask({ method: 'POST', target: '/sync/push', body });
    if ((answer as unknown as PushAnswer).results[0]?.kind !== 'delta')
      throw new Error(`not pushed: ${JSON.stringify(answer)}`);
  }

  async #pull(): Promise<void> {
    const query = new URLSearchParams({ feed: this.#prepared.feed, since: this.#since });
    const answer = await this.#ask({ target: `/sync/pull?${query.toString()}` });
    this.#since = String(answer['checkpoint']);
  }

  /** By a connection of its own, so that reaching the hub at all is part of what is measured. */
  async #ask(request: RawRequest): Promise<Record<string, unknown>> {
    const { hubUrl, headers } = this.#prepared;
    const { status, text } = await sendRaw(hubUrl, {
      ...request,
      headers: { 'content-type': 'application/json', ...headers },
    });
    if (status !== 200) throw new Error(`${request.target}: ${String(status)} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
}

async function told<T = unknown>(child: ChildProcess, order: object): Promise<T> {
  const leave = new AbortController();
  const answer = once(child, 'message', { signal: leave.signal });
  const end = once(child, 'exit', { signal: leave.signal }).then(([code]) => {
    throw new Error(`a process of the measurement ended with ${String(code)}`);
  });
  child.send(order);
  try {
    const [value] = (await Promise.race([answer, end])) as [T];
    return value;
  } finally {
    leave.abort();
    await Promise.allSettled([answer, end]);
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const beganAt = performance.now();
  await work();
  return performance.now() - beganAt;
}

function paceOf(times: Times[]): Pace {
  const rounded = (ms: number) => Number(ms.toFixed(1));
  return {
    pushP95Ms: rounded(p95(times.flatMap(({ push }) => push))),
    pullP95Ms: rounded(p95(times.flatMap(({ pull }) => pull))),
  };
}

/** A machine that stutters spoils a round, not the middle one. */
function ratioOf(rounds: Round[]): number {
  const middle = (of: keyof Times) => {
    const ratios = rounds.map(({ calm, attacked }) => p95(attacked[of]) / p95(calm[of]));
    return ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? NaN;
  };
  return Number(Math.max(middle('push'), middle('pull')).toFixed(2));
}

function p95(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: String(ROUNDS) },
      seed: { type: 'string', default: '1' },
    },
  });
  const seed = Number(values.seed);
  const rounds = Number(values.rounds);
  const measure = async (of: number): Promise<number> => {
    const figures = await measureNeighbour({ seed, rounds: of });
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    return figures.ratio;
  };
  // On a machine that others use too, a suspicion is held against twice as many rounds before it is a finding.
  if ((await measure(rounds)) > MAX_RATIO && (await measure(2 * rounds + 1)) > MAX_RATIO) {
    process.stderr.write(`A neighbour is slowed down by more than ${String(MAX_RATIO)} times.\n`);
    process.exitCode = 1;
  }
}
