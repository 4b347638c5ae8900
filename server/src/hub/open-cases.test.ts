import { expect, it } from 'vitest';
import type { CaseStatus } from '@sanji/sync/domain/action';
import type { MasterCase } from '@sanji/sync/replication/ports';
import { MemoryMasterStore } from '@sanji/sync/testing/memory-hub-stores';
import { OpenCases } from './open-cases.ts';

/** Counts what it is asked to read, and does not answer while it is down. */
class CountingMaster extends MemoryMasterStore {
  read = 0;
  isDown = false;

  override async getMany(ids: string[]): Promise<(MasterCase | undefined)[]> {
    if (this.isDown) throw new Error('down');
    this.read += ids.length;
    return super.getMany(ids);
  }

  async has(_id: string, status: CaseStatus): Promise<void> {
    const known = this.docs.get(_id);
    const head = { status, ever: [], parties: [] };
    const rev = known === undefined ? {} : { rev: String(known.rev) };
    expect(await this.putMany([{ _id, n: 0, actions: {}, rulings: {}, head, ...rev }])).toEqual(['written']);
  }
}

const idsOf = async (cases: OpenCases) => (await cases.list()).map(({ _id }) => _id).sort();

it('gives those that are open now: with what was opened since, without what was closed since', async () => {
  const master = new CountingMaster();
  const cases = new OpenCases(master);
  await master.has('open', 'accepted');
  await master.has('ending', 'reviewing');
  await master.has('ended', 'archived');
  expect(await idsOf(cases)).toEqual(['ending', 'open']);
  await master.has('ending', 'withdrawn');
  await master.has('new', 'submitted');
  expect(await idsOf(cases)).toEqual(['new', 'open']);
});

it('reads a case again only when it has changed, also when two ask at once', async () => {
  const master = new CountingMaster();
  const cases = new OpenCases(master);
  for (let i = 0; i < 1_200; i++)
    await master.has(`case-${String(i)}`, i % 2 === 0 ? 'accepted' : 'archived');
  expect((await Promise.all([idsOf(cases), idsOf(cases)])).map(({ length }) => length)).toEqual([600, 600]);
  expect(master.read).toBe(1_200);
  await master.has('case-0', 'reviewing');
  await idsOf(cases);
  expect(master.read).toBe(1_201);
});

it('goes on after an outage where it was', async () => {
  const master = new CountingMaster();
  const cases = new OpenCases(master);
  await master.has('one', 'accepted');
  master.isDown = true;
  await expect(cases.list()).rejects.toThrow('down');
  master.isDown = false;
  expect(await idsOf(cases)).toEqual(['one']);
});

it('reads ahead a page at a time, and lets whoever asks go first', async () => {
  const master = new CountingMaster();
  const cases = new OpenCases(master);
  for (let i = 0; i < 1_200; i++) await master.has(`case-${String(i)}`, 'accepted');
  const readWhenCalm: number[] = [];
  const asked: Promise<string[]>[] = [];
  await cases.warm(() => {
    readWhenCalm.push(master.read);
    if (readWhenCalm.length === 2) asked.push(idsOf(cases));
    return Promise.resolve();
  }, new AbortController().signal);
  // What was asked for read the rest.
  expect(readWhenCalm).toEqual([0, 500]);
  expect((await Promise.all(asked)).map(({ length }) => length)).toEqual([1_200]);
  expect(master.read).toBe(1_200);
});

it('has nothing left to read for whoever asks after it has read ahead', async () => {
  const master = new CountingMaster();
  const cases = new OpenCases(master);
  for (let i = 0; i < 600; i++) await master.has(`case-${String(i)}`, 'accepted');
  await cases.warm(() => Promise.resolve(), new AbortController().signal);
  expect(master.read).toBe(600);
  expect(await idsOf(cases)).toHaveLength(600);
  expect(master.read).toBe(600);
});

it('reads nothing ahead any more when the hub stops', async () => {
  const master = new CountingMaster();
  await master.has('one', 'accepted');
  await new OpenCases(master).warm(() => Promise.resolve(), AbortSignal.abort());
  expect(master.read).toBe(0);
});
