/** A paper is signed once at a terminal and printed as often as needed: the paper says which print it is. */
import { checkCodeOf, codeOf, parsePaper, signPaper } from '@sanji/sync/domain/paper-code';
import type { Paper } from '@sanji/sync/domain/papers';
import { openStation } from '#lib/local/station.ts';
import { session } from '#lib/state/session.svelte.ts';
import { logPrint } from './log-print.ts';
import { signText } from './sign-text.ts';

export interface SignedPaper {
  /** The signed text of the QR code. */
  qrText: string;
  checkCode: string;
  /** Prints of it at this terminal. */
  prints: number;
}

interface KeptPrint {
  text: string;
  prints: number;
}

function nameOf({ kind, action }: Paper): string {
  return `paper:${kind}:${action.body.id}`;
}

/** True of two states of one paper: a ruling may have come in between. */
export function isSamePaper(one: Paper | undefined, other: Paper): boolean {
  return one !== undefined && nameOf(one) === nameOf(other);
}

/** How often each paper was printed at this terminal, in their order. */
export async function countPrints(papers: readonly Paper[]): Promise<number[]> {
  const { database } = await openStation();
  const kept = await database.settings.bulkGet(papers.map(nameOf));
  return kept.map((row) => (row?.value as KeptPrint | undefined)?.prints ?? 0);
}

/**
 * The code of a paper. A new signature makes a new check code, so the first one is kept; only other content is signed anew. Throws when
 * this terminal is not enrolled.
 */
export async function signedPaper(paper: Paper): Promise<SignedPaper> {
  const { device } = session;
  if (device === undefined) throw new Error('this terminal is not enrolled');
  const { database } = await openStation();
  const name = nameOf(paper);
  const kept = (await database.settings.get(name))?.value as KeptPrint | undefined;
  const code = await codeOf(paper, device);
  if (kept !== undefined && parsePaper(kept.text)?.code.digest === code.digest) {
    return { qrText: kept.text, checkCode: await checkCodeOf(kept.text), prints: kept.prints };
  }
  const qrText = await signPaper(code, signText);
  // A print may have been counted meanwhile.
  const prints = await database.transaction('rw', database.settings, async () => {
    const before = (await database.settings.get(name))?.value as KeptPrint | undefined;
    const value: KeptPrint = { text: qrText, prints: before?.prints ?? 0 };
    await database.settings.put({ name, value });
    return value.prints;
  });
  return { qrText, checkCode: await checkCodeOf(qrText), prints };
}

/** Counts a print and logs it, here and at the hub. A draft is logged and not counted. Resolves with the new count. */
export async function notePrint(paper: Paper, language: 'zh-CN' | 'en'): Promise<number> {
  const { device } = session;
  if (device === undefined) throw new Error('this terminal is not enrolled');
  const { database } = await openStation();
  const name = nameOf(paper);
  const copy = paper.isDraft
    ? 0
    : await database.transaction('rw', database.settings, async () => {
        const kept = (await database.settings.get(name))?.value as KeptPrint | undefined;
        if (kept === undefined) throw new Error('a paper is signed before it is printed');
        const prints = kept.prints + 1;
        await database.settings.put({ name, value: { ...kept, prints } });
        return prints;
      });
  const { caseId } = paper.action.body;
  await logPrint({ caseId, paper: paper.kind, copy, language, deviceId: device.deviceId });
  return copy;
}
