/** The hub's own actions over crashes: nobody else can hand them in again. */
import { expect, test } from 'vitest';
import { linkFaults } from '@sanji/sync/domain/chain';
import { fold } from '@sanji/sync/domain/fold';
import { dutyOf, hubAct } from '@sanji/sync/replication/hub-act';
import { standingIn } from '@sanji/sync/replication/register';
import { cheapSign } from '@sanji/sync/testing/cheap-signer';
import { MemoryDeviceStore } from '@sanji/sync/testing/memory-local-store';
import { CASE, OTHER, Rig } from './rig.ts';

const HUB = 'hub0';
const DAY_MS = 86_400_000;

/** Two cases that waited too long for a word, so that the hub has to act on both. */
async function overdue() {
  const rig = new Rig();
  const station = rig.station('wenlin1');
  await station.receive(CASE, false);
  await station.receive(OTHER, false);
  await rig.settle(station);
  rig.clock.advance(20 * DAY_MS);
  const device = new MemoryDeviceStore();
  const act = async (caseId: string) => {
    const duty = dutyOf(rig.masterOf(caseId), rig.judge.catalog(), { now: rig.clock.now() });
    if (duty === undefined) throw new Error(`nothing to do on ${caseId}`);
    const ports = {
      ...rig.judge,
      deviceId: HUB,
      device,
      sign: async (body: Parameters<typeof cheapSign>[0]) => cheapSign(body),
    };
    return hubAct(ports, caseId, duty);
  };
  return { rig, act };
}

test.for(['register', 'master'] as const)(
  'what a crash at the %s left unwritten is handed in by the next act: the chain has neither gap nor fork',
  async (place) => {
    const { rig, act } = await overdue();
    const { putMany } = rig[place];
    rig[place].putMany = () => Promise.reject(new Error('the process died'));
    await expect(act(CASE)).rejects.toThrow('the process died');
    rig[place].putMany = putMany;
    expect(await act(OTHER)).toEqual({ ok: true });
    expect([CASE, OTHER].map((caseId) => fold(rig.masterOf(caseId)).status)).toEqual([
      'accepted',
      'accepted',
    ]);
    expect(rig.masterOf(CASE).actions['hub0.1']?.hash).toBe(rig.masterOf(OTHER).actions['hub0.2']?.body.prev);
    const links = (await standingIn(rig.register, HUB)).map(({ place: counter, holder }) => ({
      counter,
      ...holder,
    }));
    expect(links).toHaveLength(2);
    expect(linkFaults(links)).toEqual([]);
  },
);
