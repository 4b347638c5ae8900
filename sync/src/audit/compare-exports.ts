/**
 * Two exports of one hub, the older kept where the hub cannot write: whatever the older one holds, the newer must hold unchanged. This is
 * what shows what nothing inside one export can: the end of the log cut off, a verdict turned round by somebody who has the hub's key.
 * Both must have been verified. Over a restore only the actions must have come back: they were ruled anew.
 */
import type { CaseDocument, SignedAction } from '../domain/action.ts';
import type { Break } from './break.ts';
import type { Flaw } from './check-case.ts';
import { difference } from './difference.ts';
import { fileOf, keyPrint, parseLine } from './export-format.ts';
import type { Manifest, Part } from './export-format.ts';
import { linesOf } from './read-part.ts';
import type { ExportSource } from './read-part.ts';

export interface VerifiedExport {
  source: ExportSource;
  manifest: Manifest;
}

/** The first thing that the older one holds and the newer one does not. */
export async function compareExports(
  older: VerifiedExport,
  newer: VerifiedExport,
): Promise<Break | undefined> {
  const [then, now] = await Promise.all([older, newer].map(identityOf));
  const isRestored = older.manifest.epoch.count < newer.manifest.epoch.count;
  const isSameLife = older.manifest.epoch.id === newer.manifest.epoch.id;
  if (then !== now || !(isRestored || isSameLife))
    return { file: 'manifest.json', what: 'hub-other', expected: String(then), found: String(now) };
  const aside = new Set<string>();
  for await (const row of rowsOf(newer.source, 'quarantine')) aside.add(row.id);
  const parts: [Part, (old: Row, fresh: Row | undefined) => Flaw | undefined][] = isRestored
    ? [['cases', (old, fresh) => actionFlaw(old, fresh, aside)]]
    : [
        ['cases', (old, fresh) => actionFlaw(old, fresh, aside) ?? rulingFlaw(old, fresh)],
        ['quarantine', sameFlaw('aside-gone')],
        ['log', sameFlaw('log-other')],
      ];
  for (const [part, flawOf] of parts) {
    for await (const { old, fresh } of joined(older.source, newer.source, part)) {
      const flaw = flawOf(old, fresh);
      if (flaw !== undefined)
        return { file: fileOf(part), ...(part === 'cases' && { caseId: old.id }), ...flaw };
    }
  }
  return undefined;
}

async function identityOf({ manifest: { district, signer } }: VerifiedExport): Promise<string> {
  return `${district} ${await keyPrint(signer.publicKey)}`;
}

interface Row {
  id: string;
  value: Record<string, unknown>;
}

/** Both files ascend by id, so one walk of each will do. */
async function* joined(
  older: ExportSource,
  newer: ExportSource,
  part: Part,
): AsyncGenerator<{ old: Row; fresh: Row | undefined }> {
  const fresh = rowsOf(newer, part)[Symbol.asyncIterator]();
  let next = await fresh.next();
  for await (const old of rowsOf(older, part)) {
    while (next.done !== true && next.value.id < old.id) next = await fresh.next();
    yield { old, fresh: next.done !== true && next.value.id === old.id ? next.value : undefined };
  }
}

async function* rowsOf(source: ExportSource, part: Part): AsyncGenerator<Row> {
  for await (const text of linesOf(source.read(part))) {
    const value = parseLine(text) as Record<string, unknown>;
    // Under one number of the log several may stand: its hash tells which.
    const id =
      part === 'log'
        ? `${String(value['seq']).padStart(15, '0')} ${String(value['hash'])}`
        : String(value['_id']);
    yield { id, value };
  }
}

function actionFlaw(old: Row, fresh: Row | undefined, aside: ReadonlySet<string>): Flaw | undefined {
  const found = fresh?.value as CaseDocument | undefined;
  for (const [actionId, { hash }] of Object.entries((old.value as unknown as CaseDocument).actions)) {
    const action: SignedAction | undefined = found?.actions[actionId];
    if (action?.hash === hash || aside.has(`entry:${actionId}~${hash}`)) continue;
    if (found === undefined) return { what: 'case-gone', expected: old.id, found: 'no such case' };
    return action === undefined
      ? { actionId, what: 'action-gone', expected: hash, found: 'no such action' }
      : { actionId, what: 'action-other', expected: hash, found: action.hash };
  }
  return undefined;
}

function rulingFlaw(old: Row, fresh: Row | undefined): Flaw | undefined {
  const [then, now] = [old, fresh].map((row) => (row?.value as CaseDocument | undefined)?.rulings ?? {});
  for (const [actionId, ruling] of Object.entries(then ?? {})) {
    const found = difference(ruling, now?.[actionId]);
    if (found !== undefined) return { actionId, what: 'ruling-other', ...found };
  }
  return undefined;
}

function sameFlaw(what: 'aside-gone' | 'log-other') {
  return (old: Row, fresh: Row | undefined): Flaw | undefined => {
    if (what === 'aside-gone' && !old.id.startsWith('entry:')) return undefined;
    const found = difference(old.value, fresh?.value);
    return found === undefined ? undefined : { what, ...found };
  };
}
