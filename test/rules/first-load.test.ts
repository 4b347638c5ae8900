/** A first load that was cut, and what has left the unit before the second. */
import { expect, test } from 'vitest';
import type { Snapshot } from '@sanji/sync/replication/ports';
import { SnapshotCut } from '@sanji/sync/replication/pull-feed';
import { WENLIN } from '../simulation/district.ts';
import { CASE, Rig, bent } from './rig.ts';

async function* cut(batches: Snapshot['batches']): Snapshot['batches'] {
  yield* batches;
  throw new SnapshotCut('the line was cut');
}

test('a case that a cut first load has stored goes when it leaves the unit before the next one', async () => {
  const rig = new Rig();
  const wenlin = rig.station('wenlin1');
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: '530102001000' } });
  await rig.settle(wenlin);
  let isCut = true;
  const newcomer = rig.station('street2', (hub) => ({
    ...bent({})(hub),
    snapshot: async (feed) => {
      const answer = await hub.snapshot(feed);
      if (!answer.ok || !isCut) return answer;
      return { ok: true, value: { ...answer.value, batches: cut(answer.value.batches) } };
    },
  }));
  await newcomer.loop.poke();
  expect(newcomer.find(CASE)).toBeDefined();
  const street = rig.station('street1');
  await rig.settle(street);
  await street.act(CASE, { kind: 'returnDown', payload: { to: WENLIN, reason: 'papers missing' } });
  await rig.settle(street);
  isCut = false;
  await rig.settle(newcomer);
  expect(newcomer.find(CASE)).toBeUndefined();
  expect(newcomer.loop.status.state).toBe('idle');
});
