/** A bundle that somebody carried in: pushed in its maker's name, each action ruled once however often it comes, and answered for its maker alone. */
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { makeBundle, type Bundle } from '@sanji/sync/protocol/bundle';
import { sealAnswer } from '@sanji/sync/protocol/bundle-content';
import { judgePush } from '@sanji/sync/replication/judge';
import type { HubPort } from '@sanji/sync/replication/ports';
import { recordAnswer, type Outcome } from '@sanji/sync/replication/record-answer';
import type { Container } from '../container.ts';
import { mayRead, readFeed } from './feed-reader.ts';
import { fileAll, type HandoverDeps } from './handover.ts';
import { openBundle, proveMaker, type Maker } from './open-bundle.ts';

export type BundleDeps = HandoverDeps & Pick<Container, 'life' | 'metrics' | 'pace' | 'reader' | 'router'>;

export interface TakenBundle {
  outcome: Outcome;
  cases: number;
  /** Labels of parts that nobody can open. */
  unreadable: string[];
  answer: Bundle;
}

/** Epochs apart, so that answers stay in order when the hub's own counter goes back with a backup. */
const ANSWERS_AN_EPOCH = 2 ** 32;

/** Problems: `bundle-misplaced`, those of `proveMaker`; `handed-over` when the maker was taken out of service meanwhile: then it was filed. */
export async function takeBundle(deps: BundleDeps, bundle: Bundle): Promise<Result<TakenBundle>> {
  const { purpose, asks } = bundle;
  if (purpose !== 'upload') return refused('bundle-misplaced', { purpose });
  const maker = await proveMaker(deps, bundle);
  if (!maker.ok) return maker;
  const { device, key } = maker.value;
  const { deviceId, unit } = device;
  const opened = await openBundle(bundle, key);
  if (device.status === 'revoked') {
    const filed = await fileAll(deps, device, opened);
    return filed.ok ? refused('handed-over', { deviceId, count: filed.value }) : filed;
  }
  const { clock, life } = deps;
  const now = { hubNow: clock.now(), epoch: life.epoch };
  const recorded = await recordAnswer(hubFor(deps, unit), { unit, ...opened, asks }, now);
  if (!recorded.ok) return recorded;
  const { content, outcome } = recorded.value;
  const answer = await sealed(deps, maker.value, await sealAnswer(key, content));
  const unreadable = opened.unreadable.map(({ label }) => label);
  return { ok: true, value: { outcome, cases: opened.cases.length, unreadable, answer } };
}

/** As the maker would meet it on the line. */
function hubFor(
  { judge, metrics, pace, reader, router }: BundleDeps,
  unit: UnitCode,
): Pick<HubPort, 'push' | 'pull'> {
  let routed: Promise<void> | undefined;
  return {
    async push(request) {
      const value = await pace.during(request.cases.length, () => judgePush(judge, request, unit));
      for (const { kind } of value.results) metrics.pushed(kind);
      return { ok: true, value };
    },
    async pull(request) {
      // What was just pushed is in the feed that is answered.
      await (routed ??= router.poke());
      return mayRead(request.feed, unit) ? readFeed(reader, request) : refused('out-of-scope');
    },
  };
}

async function sealed(
  { catalog, clock, directory, hubDevice, life }: BundleDeps,
  { device }: Maker,
  parts: Awaited<ReturnType<typeof sealAnswer>>,
): Promise<Bundle> {
  const counters = directory.documents<{ last: number }>('bundle-answers');
  let last = 0;
  for (let isCounted = false; !isCounted;) {
    const found = await counters.find(device.deviceId);
    last = (found?.value.last ?? 0) + 1;
    isCounted = (await counters.put(device.deviceId, { last }, found?.rev)) === 'written';
  }
  const head = {
    purpose: 'answer' as const,
    deviceId: hubDevice.deviceId,
    unit: catalog.current().settings.district,
    at: clock.now(),
    seq: life.epoch.count * ANSWERS_AN_EPOCH + last,
    to: device.deviceId,
    asks: null,
  };
  return makeBundle(head, parts, hubDevice.signValue);
}
