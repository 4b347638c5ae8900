/** How the cases of one round reach the hub: in batches, in lanes. What becomes of each is under the rules (`test/rules/push.test.ts`). */
import { describe, expect, test } from 'vitest';
import type { CaseDocument, Ruling } from '../domain/action.ts';
import { problem, type Problem } from '../domain/problem.ts';
import type { PushAnswer, PushedCase, PushRequest, PushResult } from '../protocol/messages.ts';
import { MAX_PUSH_BYTES } from '../protocol/messages.ts';
import { NOW, makeAction, makeCase } from '../testing/factories.ts';
import { FakeClock } from '../testing/fake-time.ts';
import { MemoryLocalStore } from '../testing/memory-local-store.ts';
import { KnownEpoch } from './known-epoch.ts';
import type { HubPort } from './ports.ts';
import { pushDirty } from './push-dirty.ts';

const EPOCH = { count: 1, id: 'first' };

function caseIdOf(i: number): string {
  return `01kb${String(i).padStart(22, '0')}`;
}

function unruledCase(i: number, text = ''): CaseDocument {
  const id = `device01.${String(i + 1)}`;
  return makeCase([makeAction('note', { id, caseId: caseIdOf(i), payload: { text } })], { ruled: 0 });
}

/** A hub that accepts everything, when it is let. */
class SlowHub implements HubPort {
  readonly requests: { cases: PushedCase[]; answer: () => Promise<void> }[] = [];
  #arrived = Promise.withResolvers<undefined>();
  /** Left out of the answers. */
  silentOn = new Set<string>();

  push(request: PushRequest): ReturnType<HubPort['push']> {
    const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<HubPort['push']>>>();
    const answer = async (): Promise<void> => {
      resolve({ ok: true, value: this.#accept(request.cases) });
      await promise;
    };
    this.requests.push({ cases: request.cases, answer });
    this.#arrived.resolve(undefined);
    this.#arrived = Promise.withResolvers();
    return promise;
  }

  /** Resolves when `count` requests have come in since the beginning. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await this.#arrived.promise;
  }

  #accept(cases: PushedCase[]): PushAnswer {
    const results = cases
      .filter(({ caseId }) => !this.silentOn.has(caseId))
      .map(({ caseId, n, actions }): PushResult => {
        const rulings = actions.map(({ body }, i): [string, Ruling] => [
          body.id,
          { seq: n + i + 1, verdict: 'accepted', receivedAt: NOW },
        ]);
        return { caseId, kind: 'delta', n: n + actions.length, rulings: Object.fromEntries(rulings) };
      });
    return { v: 1, hubNow: NOW, epoch: EPOCH, results };
  }

  pull = (): never => {
    throw new Error('not asked for here');
  };
  snapshot = this.pull;
  giveBack = this.pull;
}

async function outboxOf(docs: CaseDocument[], local = new MemoryLocalStore()) {
  for (const doc of docs) await local.write(doc, undefined);
  const hub = new SlowHub();
  const suspects = new Map<string, Problem>();
  const clock = new FakeClock(NOW);
  const round = async () => {
    const known = await KnownEpoch.read(local);
    return pushDirty({ local, hub, known, suspects, clock, deviceId: 'device01' });
  };
  return { local, hub, clock, suspects, round };
}

function ruledIn({ rows }: MemoryLocalStore): number {
  return [...rows.values()].filter((row) => row.kind === 'case' && row.doc.n > 0).length;
}

function sentBy(hub: SlowHub): string[] {
  return hub.requests.flatMap(({ cases }) => cases.map(({ caseId }) => caseId));
}

async function answerAll(hub: SlowHub, round: Promise<unknown>): Promise<void> {
  let isOver = false;
  void round.finally(() => (isOver = true));
  for (let i = 0; !isOver; i++) {
    await Promise.race([hub.received(i + 1), round]);
    await hub.requests[i]?.answer();
  }
}

test('one lane goes on while the other waits for its answer, and no case is in both', async () => {
  const { local, hub, round } = await outboxOf(Array.from({ length: 1_700 }, (_, i) => unruledCase(i)));
  const done = round();
  await hub.received(2);
  const [slow] = hub.requests;
  for (let i = 1; sentBy(hub).length < 1_700; i++) {
    await hub.requests[i]?.answer();
    await hub.received(i + 2);
  }
  expect(new Set(sentBy(hub)).size).toBe(1_700);
  await hub.requests.at(-1)?.answer();
  await slow?.answer();
  expect(await done).toBeUndefined();
  expect(await local.dirty(1)).toEqual([]);
});

test('batches grow while the line is fast, and shrink while it is slow', async () => {
  const { clock, hub, round } = await outboxOf(Array.from({ length: 1_000 }, (_, i) => unruledCase(i)));
  const sizes = () => hub.requests.map(({ cases }) => cases.length);
  const done = round();
  for (let i = 0; i < 4; i++) {
    await hub.received(i + 2);
    await hub.requests[i]?.answer();
  }
  await hub.received(6);
  expect(sizes()).toEqual([50, 50, 100, 100, 200, 200]);
  clock.advance(10_000);
  await hub.requests[4]?.answer();
  await hub.received(7);
  expect(sizes()[6]).toBe(100);
  await answerAll(hub, done);
});

test('a batch stays below the size the hub takes', async () => {
  const long = '长'.repeat(2_000);
  const { hub, round } = await outboxOf(Array.from({ length: 400 }, (_, i) => unruledCase(i, long)));
  await answerAll(hub, round());
  for (const { cases } of hub.requests) {
    expect(Buffer.byteLength(JSON.stringify({ v: 1, cases }))).toBeLessThan(MAX_PUSH_BYTES);
  }
});

test('what was added to a case while it was under way goes in the same round', async () => {
  const { local, hub, round } = await outboxOf([unruledCase(0)]);
  const done = round();
  await hub.received(1);
  const here = await local.read(caseIdOf(0));
  if (here?.kind !== 'case') throw new Error('not saved');
  const later = makeAction('note', { id: 'device01.9', caseId: caseIdOf(0) });
  await local.write({ ...here.doc, actions: { ...here.doc.actions, 'device01.9': later } }, here.revision);
  await answerAll(hub, done);
  expect(
    hub.requests.map(({ cases }) => cases.map(({ actions }) => actions.map(({ body }) => body.id))),
  ).toEqual([[['device01.1']], [['device01.9']]]);
  expect(await local.dirty(1)).toEqual([]);
});

test('cases that stay unanswered are offered once a round, and hide none behind them', async () => {
  const { local, hub, round } = await outboxOf(Array.from({ length: 1_500 }, (_, i) => unruledCase(i)));
  hub.silentOn = new Set(Array.from({ length: 1_300 }, (_, i) => caseIdOf(i)));
  const done = round();
  await answerAll(hub, done);
  expect(await done).toBeUndefined();
  expect(sentBy(hub)).toHaveLength(1_500);
  expect(new Set(sentBy(hub)).size).toBe(1_500);
  expect(await local.dirty(2_000)).toHaveLength(1_300);
});

test('a lost line ends the round; what the other lane had begun is stored', async () => {
  const { local, hub, round } = await outboxOf(Array.from({ length: 400 }, (_, i) => unruledCase(i)));
  const accept = hub.push.bind(hub);
  let calls = 0;
  hub.push = (request) => {
    calls += 1;
    return calls === 2 ? Promise.resolve({ ok: false, problem: problem('offline') }) : accept(request);
  };
  const done = round();
  await hub.received(1);
  await answerAll(hub, done);
  expect(await done).toEqual(problem('offline'));
  expect(calls).toBe(2);
  expect(await local.dirty(1_000)).toHaveLength(350);
});

test('a store that breaks ends the round with its error, and no lane goes on', async () => {
  const { local, hub, round } = await outboxOf(Array.from({ length: 400 }, (_, i) => unruledCase(i)));
  const broken = new Error('quota');
  local.answers.add = () => Promise.reject(broken);
  const done = round();
  const caught = done.catch((error: unknown) => error);
  await answerAll(hub, caught);
  expect(await caught).toBe(broken);
  expect(hub.requests).toHaveLength(2);
});

describe('answers that came fast one upon another', () => {
  const cases = Array.from({ length: 300 }, (_, i) => unruledCase(i));

  /** The disk of a station whose power failed when every answer had come. */
  async function cutOffBeforeWriting(): Promise<MemoryLocalStore> {
    const { local, hub, round } = await outboxOf(cases);
    local.writeMany = () => Promise.reject(new Error('power cut'));
    await answerAll(
      hub,
      round().catch(() => undefined),
    );
    return local.copy();
  }

  test('are in the journal at once, and go into their cases together', async () => {
    const { local, hub, round } = await outboxOf(cases);
    const writes: number[] = [];
    const write = local.writeMany.bind(local);
    local.writeMany = (rows) => {
      writes.push(rows.length);
      return write(rows);
    };
    const done = round();
    await hub.received(2);
    await hub.requests[0]?.answer();
    await hub.received(3);
    expect([local.answers.entries.size, ruledIn(local)]).toEqual([1, 0]);
    await answerAll(hub, done);
    expect(writes).toEqual([300]);
    expect([local.answers.entries.size, ruledIn(local)]).toEqual([0, 300]);
  });

  test('go into their cases by and by while the line is slow', async () => {
    const { local, hub, clock, round } = await outboxOf(cases);
    const done = round();
    await hub.received(2);
    await hub.requests[0]?.answer();
    await hub.received(3);
    clock.advance(1_000);
    await hub.requests[1]?.answer();
    await hub.received(4);
    expect(ruledIn(local)).toBe(100);
    await answerAll(hub, done);
    expect(ruledIn(local)).toBe(300);
  });

  test('are not asked for again after a crash', async () => {
    const after = await outboxOf([], await cutOffBeforeWriting());
    expect(await after.round()).toBeUndefined();
    expect(after.hub.requests).toEqual([]);
    expect([after.local.answers.entries.size, ruledIn(after.local)]).toEqual([0, 300]);
  });

  test('count no more when the hub has been restored meanwhile: the cases are pushed again', async () => {
    const after = await outboxOf([], await cutOffBeforeWriting());
    await after.local.saveEpoch({ count: 2, id: 'second' });
    const done = after.round();
    await after.hub.received(2);
    expect([after.local.answers.entries.size, ruledIn(after.local)]).toEqual([0, 0]);
    await answerAll(after.hub, done);
  });

  test('go into their cases at once where they are few', async () => {
    const { local, hub, round } = await outboxOf(cases.slice(0, 3));
    local.answers.worthFrom = 4;
    local.answers.add = () => Promise.reject(new Error('not for so few'));
    await answerAll(hub, round());
    expect(ruledIn(local)).toBe(3);
  });

  test('leave what was added to a case meanwhile in the outbox, for the same round', async () => {
    const { local, hub, round } = await outboxOf(cases.slice(0, 2));
    const done = round();
    await hub.received(1);
    await hub.requests[0]?.answer();
    const here = await local.read(caseIdOf(1));
    if (here?.kind !== 'case') throw new Error('not saved');
    const later = makeAction('note', { id: 'device01.9', caseId: caseIdOf(1) });
    await local.write({ ...here.doc, actions: { ...here.doc.actions, 'device01.9': later } }, here.revision);
    await answerAll(hub, done);
    expect(sentBy(hub).slice(2)).toEqual([caseIdOf(1)]);
    expect(await local.dirty(10)).toEqual([]);
  });
});
