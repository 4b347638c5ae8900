/** A terminal's store on IndexedDB as a browser specifies it, for the tests of this folder. Closed after each test. */
import 'fake-indexeddb/auto';
import { afterEach } from 'vitest';
import type { SignedAction } from '@sanji/sync/domain/action';
import type { PackedCase } from '@sanji/sync/protocol/messages';
import { cheapSign } from '@sanji/sync/testing/cheap-signer';
import { openCaseDatabase } from './case-database.ts';
import { CaseReader } from './case-reader.ts';
import { CaseShelf } from './case-shelf.ts';
import { DraftStore } from './draft-store.ts';
import { RxLocalStore } from './local-store.ts';
import { importSealKey, Seal } from './seal.ts';
import { StationDatabase } from './station-database.ts';

const open: (() => Promise<void>)[] = [];
let made = 0;
export const KEY = await importSealKey(new Uint8Array(32).fill(7));

export async function terminal(name = `t${String((made += 1))}`) {
  const station = new StationDatabase(`${name}-station`);
  await station.open();
  const rx = await openCaseDatabase(name);
  const seal = new Seal();
  seal.open(KEY);
  const shelf = new CaseShelf(station, seal);
  open.push(async () => {
    await rx.close();
    station.close();
  });
  return {
    name,
    station,
    cases: rx.cases,
    shelf,
    seal,
    drafts: new DraftStore(station, seal),
    reader: new CaseReader({ cases: rx.cases, shelf, seal }),
    store: new RxLocalStore({ cases: rx.cases, shelf, station, seal }),
    /** What another tab of the terminal writes with. */
    otherTab: new RxLocalStore({ cases: rx.cases, shelf, station, seal }),
  };
}

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

export function aPackedCase(i: number): PackedCase {
  const caseId = `01kb3x5n8v${String(i).padStart(16, '0')}`;
  return {
    caseId,
    n: 2,
    status: 'accepted',
    holder: '530102001013',
    caseNo: '',
    matterId: '',
    receivedAt: i,
    body: JSON.stringify({ _id: caseId, n: 2, actions: {}, rulings: {} }),
  };
}

export function aNote(caseId: string, text: string): SignedAction {
  return cheapSign({
    v: 1,
    id: 'd1.1',
    caseId,
    kind: 'note',
    payload: { text },
    by: { staffId: 'yangxm', name: '杨晓梅', unit: '530102001013' },
    at: 1,
    offsetMs: 0,
    after: [],
    prev: null,
  });
}

export async function idsOf(reader: CaseReader): Promise<string[]> {
  const ids: string[] = [];
  for await (const piece of reader.all(40))
    ids.push(...piece.filter(({ doc }) => doc !== undefined).map(({ caseId }) => caseId));
  return ids.sort();
}
