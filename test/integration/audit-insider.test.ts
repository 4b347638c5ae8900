/** Somebody who has the store and the hub's key in hand changes the record and signs it anew: what shows all the same, and what only an older export shows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ActionKind, CaseDocument, SignedAction } from '@sanji/sync/domain/action';
import { fold, headOf } from '@sanji/sync/domain/fold';
import { exportPublicKey, newDeviceKeys } from '@sanji/sync/domain/signing';
import type { Part } from '@sanji/sync/audit/export-format';
import { compareExports } from '@sanji/sync/audit/compare-exports';
import { startAuditedHub, type AuditedHub } from './audited-hub.ts';
import { MemoryExport, type Row } from './memory-export.ts';

let audited: AuditedHub;
let whole: MemoryExport;

beforeAll(async () => {
  audited = await startAuditedHub();
  whole = await MemoryExport.of(audited.hub);
});
afterAll(() => audited.hub.end());

const sign = (value: unknown) => audited.hub.hub.container.hubDevice.signValue(value);
const caseOf = (row: Row) => structuredClone(row) as unknown as CaseDocument & Row;

/** The first case, changed, with its head folded anew. */
const inFirstCase = (edit: (doc: CaseDocument) => void) => (rows: Row[]) =>
  rows.map((row, i) => {
    const doc = caseOf(row);
    if (i === 0) edit(doc);
    return { ...doc, head: headOf(fold(doc)) };
  });

function actionOf(doc: CaseDocument, kind: ActionKind): SignedAction {
  const found = Object.values(doc.actions).find(({ body }) => body.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} in this case`);
  return found;
}

function without(doc: CaseDocument, kind: ActionKind): void {
  const { id } = actionOf(doc, kind).body;
  const seq = doc.rulings[id]?.seq ?? 0;
  Reflect.deleteProperty(doc.actions, id);
  Reflect.deleteProperty(doc.rulings, id);
  for (const ruling of Object.values(doc.rulings)) if (ruling.seq > seq) ruling.seq -= 1;
  doc.n -= 1;
}

const codeOf = ({ entry }: Row) => (entry as { problem?: { code: string } } | undefined)?.problem?.code;

const SHOWS: [string, Part, string, (rows: Row[]) => Row[]][] = [
  [
    'what a clerk entered is rewritten',
    'cases',
    'action-hash',
    inFirstCase((doc) => {
      const { body } = actionOf(doc, 'draft');
      if (body.kind === 'draft') body.payload.applicant.name = '李四';
    }),
  ],
  [
    'an action is taken out',
    'cases',
    'ruling-impossible',
    inFirstCase((doc) => {
      without(doc, 'receive');
    }),
  ],
  [
    'the last action is taken out',
    'cases',
    'register-orphan',
    inFirstCase((doc) => {
      without(doc, 'accept');
    }),
  ],
  [
    'a ruling is taken out',
    'cases',
    'ruling-missing',
    inFirstCase((doc) => {
      Reflect.deleteProperty(doc.rulings, actionOf(doc, 'accept').body.id);
      doc.n = 2;
    }),
  ],
  [
    'rulings are put in another order',
    'cases',
    'ruling-impossible',
    inFirstCase((doc) => {
      for (const ruling of Object.values(doc.rulings)) ruling.seq = 4 - ruling.seq;
    }),
  ],
  [
    'a number of the rulings is left out',
    'cases',
    'ruling-seq',
    inFirstCase((doc) => {
      for (const ruling of Object.values(doc.rulings)) if (ruling.seq === 3) ruling.seq = 4;
    }),
  ],
  [
    'a verdict is turned round without a reason',
    'cases',
    'ruling-verdict',
    inFirstCase((doc) => {
      const ruling = doc.rulings[actionOf(doc, 'accept').body.id];
      if (ruling !== undefined) ruling.verdict = 'rejected';
    }),
  ],
  [
    'what was rejected is accepted',
    'cases',
    'ruling-impossible',
    (rows) =>
      rows.map((row) => {
        const doc = caseOf(row);
        for (const ruling of Object.values(doc.rulings)) {
          ruling.verdict = 'accepted';
          delete ruling.problem;
        }
        return { ...doc, head: headOf(fold(doc)) };
      }),
  ],
  [
    'n is raised',
    'cases',
    'case-n',
    inFirstCase((doc) => {
      doc.n += 1;
    }),
  ],
  [
    'the state is another than the log’s',
    'cases',
    'case-head',
    (rows) => rows.map((row) => ({ ...row, head: { ...(row['head'] as object), holder: '530102000000' } })),
  ],
  ['a case is taken out', 'cases', 'register-orphan', (rows) => rows.toSpliced(1, 1)],
  [
    'an action is shown in another case',
    'cases',
    'action-place',
    (rows) => {
      const [first, second, ...rest] = rows.map(caseOf);
      if (first === undefined || second === undefined) throw new Error('two cases are wanted');
      const accept = actionOf(first, 'accept');
      second.actions[accept.body.id] = accept;
      return [first, second, ...rest];
    },
  ],
  ['a log entry is taken out', 'log', 'log-missing', (rows) => rows.toSpliced(2, 1)],
  [
    'a log entry is changed',
    'log',
    'log-altered',
    (rows) => rows.map((row, i) => (i === 2 ? { ...row, staffId: 'puyl' } : row)),
  ],
  ['the register forgets', 'register', 'register-missing', (rows) => rows.slice(1)],
  [
    'what was set aside is taken out',
    'quarantine',
    'register-orphan',
    (rows) => rows.filter((row) => codeOf(row) !== 'action-id-reused'),
  ],
  [
    'the mark on a copied terminal is taken away',
    'quarantine',
    'chain-forked',
    (rows) => rows.filter(({ mark, chain }) => mark === undefined && chain === undefined),
  ],
];

describe('shows in the record itself', () => {
  test.each(SHOWS)('%s', async (_name, part, what, change) => {
    const { found } = await (await whole.resealed(part, change, sign)).verified();
    expect(found?.what).toBe(what);
  });

  const inCatalog = async (change: (entry: Row) => Row) => {
    const rows = await Promise.all(
      whole.rows('catalog').map(async ({ sig: _sig, ...doc }) => {
        const changed = { ...doc, entry: change(structuredClone(doc['entry']) as Row) };
        return { ...changed, sig: await sign(changed) };
      }),
    );
    return (await (await whole.resealed('catalog', () => rows, sign)).verified()).found;
  };

  test('another key stands in a terminal’s place, whether it has signed or not', async () => {
    const publicKey = await exportPublicKey((await newDeviceKeys()).publicKey);
    const withKeyOf = (deviceId: string) => (entry: Row) => {
      const device = entry['device'] as { deviceId: string } | undefined;
      return device?.deviceId === deviceId ? { ...entry, device: { ...device, publicKey } } : entry;
    };
    expect((await inCatalog(withKeyOf(audited.community.deviceId)))?.what).toBe('action-signature');
    expect((await inCatalog(withKeyOf(audited.idle.deviceId)))?.what).toBe('device-key');
  });

  test('published rules are rewritten', async () => {
    const found = await inCatalog((entry) =>
      entry['kind'] === 'rules'
        ? { ...entry, publication: { ...(entry['publication'] as object), publishedBy: ['x', 'y'] } }
        : entry,
    );
    expect(found).toMatchObject({ file: 'catalog.ndjson', what: 'rules-other' });
  });
});

describe('shows against an older export', () => {
  const against = async (newer: MemoryExport) => {
    const { found, manifest } = await newer.verified();
    const older = (await whole.verified()).manifest;
    expect(found).toBeUndefined();
    if (manifest === undefined || older === undefined) throw new Error('no manifest');
    return compareExports({ source: whole, manifest: older }, { source: newer, manifest });
  };

  test('nothing does while the hub only goes on', async () => {
    const { hub, community } = audited;
    await community.openSession();
    const again = await community.received('yangxm', audited.matterId);
    expect((await community.push(again)).status).toBe(200);
    expect(await against(await MemoryExport.of(hub))).toBeUndefined();
  });

  test('the end of the log is cut off', async () => {
    const cut = await whole.resealed('log', (rows) => rows.slice(0, -1), sign);
    expect(await against(cut)).toMatchObject({ file: 'log.ndjson', what: 'log-other' });
  });

  test('a verdict is turned round, with a reason', async () => {
    const edit = inFirstCase((doc) => {
      const ruling = doc.rulings[actionOf(doc, 'accept').body.id];
      if (ruling === undefined) return;
      ruling.verdict = 'rejected';
      ruling.problem = { code: 'not-due' };
    });
    const turned = await whole.resealed('cases', edit, sign);
    expect(await against(turned)).toMatchObject({
      what: 'ruling-other',
      expected: 'problem: code: nothing',
      found: 'problem: code: "not-due"',
    });
  });

  test('a case is taken out, with its place in the register', async () => {
    // The newest of its terminal: nothing in the chain follows it.
    const last = whole.rows('cases')[2] as unknown as CaseDocument;
    const hashes = new Set(Object.values(last.actions).map(({ hash }) => hash));
    const forget = (rows: Row[]) =>
      rows.flatMap((row) => {
        const places = Object.entries(row['places'] as Record<string, { hash: string }[]>)
          .map(([place, holders]) => [place, holders.filter(({ hash }) => !hashes.has(hash))] as const)
          .filter(([, holders]) => holders.length > 0);
        return places.length === 0 ? [] : [{ ...row, places: Object.fromEntries(places) }];
      });
    const half = await whole.resealed('cases', (rows) => rows.toSpliced(2, 1), sign);
    const gone = await half.resealed('register', forget, sign);
    expect(await against(gone)).toMatchObject({ what: 'case-gone', caseId: last._id });
  });
});
