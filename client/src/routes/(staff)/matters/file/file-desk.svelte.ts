/** A file of matters on the desk: read and checked here, handed in at the hub, published by somebody else. Nothing changes before that. */
import type { MatterVersion } from '@sanji/sync/domain/catalog';
import { checkMatterSheets, parseMatterFile } from '@sanji/sync/domain/matter-file';
import { sheetsOf, type SheetProblem } from '@sanji/sync/domain/matter-sheets';
import type { Problem } from '@sanji/sync/domain/problem';
import {
  listMatterDrafts,
  publishMatterDraft,
  removeMatterDraft,
  submitMatterFile,
  type HubMatterDraft,
} from '#lib/hub/matter-drafts.ts';
import { makeWorkbook, readWorkbook } from '#lib/workbook/workbook.ts';

export type FileOutcome = 'submitted' | 'published' | 'discarded';

/** `sheet` is empty for a JSON file, where `row` is the line. */
export interface ReadFile {
  name: string;
  matters: MatterVersion[];
  problems: SheetProblem[];
}

export class FileDesk {
  read: ReadFile | undefined = $state.raw();
  waiting: HubMatterDraft[] = $state.raw([]);
  busy = $state(false);
  problem: Problem | undefined = $state.raw();
  outcome: FileOutcome | undefined = $state();

  async refresh(): Promise<void> {
    const listed = await listMatterDrafts();
    if (listed.ok) this.waiting = listed.value.drafts;
  }

  async open(file: File): Promise<void> {
    this.outcome = undefined;
    this.problem = undefined;
    this.read = { name: file.name, ...(await contentOf(file)) };
  }

  close(): void {
    this.read = undefined;
    this.problem = undefined;
  }

  async submit(): Promise<void> {
    const { read } = this;
    if (read === undefined) return;
    await this.#work('submitted', () => submitMatterFile(JSON.stringify(read.matters, undefined, 1)));
    if (this.outcome === 'submitted') this.read = undefined;
  }

  publish(id: string): Promise<void> {
    return this.#work('published', () => publishMatterDraft(id));
  }

  discard(id: string): Promise<void> {
    return this.#work('discarded', () => removeMatterDraft(id));
  }

  async #work(
    outcome: FileOutcome,
    task: () => Promise<{ ok: true } | { ok: false; problem: Problem }>,
  ): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = undefined;
    this.outcome = undefined;
    const result = await task();
    if (result.ok) this.outcome = outcome;
    else this.problem = result.problem;
    await this.refresh();
    this.busy = false;
  }
}

/** By what the file is, not by its name: a workbook is an archive. */
async function contentOf(file: File): Promise<Omit<ReadFile, 'name'>> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (head[0] === 0x50 && head[1] === 0x4b) {
    const sheets = await readWorkbook(file);
    if (sheets === undefined)
      return { matters: [], problems: [{ sheet: '', row: 1, field: '', reason: 'unreadable' }] };
    const checked = checkMatterSheets(sheets);
    return checked.ok
      ? { matters: checked.matters, problems: [] }
      : { matters: [], problems: checked.problems };
  }
  const parsed = parseMatterFile(await file.text());
  if (parsed.ok) return { matters: parsed.matters, problems: [] };
  const problems = parsed.problems.map(({ line, ...rest }) => ({ sheet: '', row: line, ...rest }));
  return { matters: [], problems };
}

export async function exportOf(matters: readonly MatterVersion[], kind: 'json' | 'xlsx'): Promise<Blob> {
  if (kind === 'xlsx') return makeWorkbook(sheetsOf(matters));
  return new Blob([JSON.stringify(matters, undefined, 1)], { type: 'application/json' });
}
