/** A batch from the marks to its results: what is asked for, what runs, and what became of each row. */
import type { CaseDocument } from '@sanji/sync/domain/action';
import type { ActionId, CaseId } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { runAction, type ActionDraft } from '#lib/commands/run-action.ts';
import { runBatch } from '#lib/commands/run-batch.ts';
import { caseList } from '#lib/state/case-list.svelte.ts';
import type { CaseRow } from '#lib/state/case-row.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';
import { clock } from '#lib/state/clock.svelte.ts';
import type { ActionEntry } from '../case/[caseId]/action-entry.ts';
import { batchPayload, type BatchKind } from './batch-kinds.ts';
import type { Marks } from './marks.svelte.ts';

/** One row of the result; it changes by itself, so that two hundred rows are not drawn anew for each of them. */
export class BatchLine {
  /** As it was when the batch began: a case may leave this terminal meanwhile. */
  readonly row: CaseRow;
  /** What was signed, of which the district's word may come later, or why not; undefined until its turn, and where the batch was stopped before it. */
  result: Result<ActionId> | undefined = $state.raw();

  constructor(row: CaseRow) {
    this.row = row;
  }

  get outcome(): 'waiting' | 'done' | 'refused' {
    return this.result === undefined ? 'waiting' : this.result.ok ? 'done' : 'refused';
  }
}

export class BatchDesk {
  readonly #marks: Marks;
  #stopping = false;
  /** The action being asked for, or whose results are shown. */
  kind: BatchKind | undefined = $state();
  lines: BatchLine[] = $state.raw([]);
  running = $state(false);

  done = $state(0);
  refused = $state(0);

  constructor(marks: Marks) {
    this.#marks = marks;
  }

  ask(kind: BatchKind): void {
    this.lines = [];
    this.kind = kind;
  }

  /** Row by row, over the same command as a single case. What was done is no longer marked; what was refused still is. */
  async run(kind: BatchKind, rows: readonly CaseRow[], shared: ActionEntry): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.#stopping = false;
    this.lines = rows.map((row) => new BatchLine(row));
    this.done = 0;
    this.refused = 0;
    const lineOf: Partial<Record<CaseId, BatchLine>> = Object.fromEntries(
      this.lines.map((line) => [line.row.caseId, line]),
    );
    try {
      await runBatch(
        rows.map(({ caseId }) => caseId),
        {
          act: (caseId) => this.#act(kind, caseId, shared),
          told: (caseId, result) => {
            this.#tell(lineOf[caseId], result);
          },
          stopped: () => this.#stopping,
        },
      );
    } finally {
      this.running = false;
    }
  }

  /** After the row that is being written. */
  stop(): void {
    this.#stopping = true;
  }

  close(): void {
    this.kind = undefined;
    this.lines = [];
  }

  async #act(kind: BatchKind, caseId: CaseId, shared: ActionEntry): Promise<Result<ActionId>> {
    // As it is now: the hub's word may have come in since the marks were set.
    const row = caseList.get(caseId);
    if (row === undefined) return refused('case-gone');
    const { state, doc } = row;
    const payload = batchPayload(kind, shared, {
      state,
      catalog: catalogState.current,
      now: clock.now,
      today: clock.today,
    });
    const result = await runAction(caseId, [{ kind, payload } as ActionDraft]);
    return result.ok ? { ok: true, value: addedTo(doc, result.value, kind) } : result;
  }

  #tell(line: BatchLine | undefined, result: Result<ActionId>): void {
    if (line === undefined) return;
    line.result = result;
    if (!result.ok) {
      this.refused += 1;
      return;
    }
    this.done += 1;
    this.#marks.unmark(line.row.caseId);
  }
}

function addedTo(before: CaseDocument, after: CaseDocument, kind: BatchKind): ActionId {
  const added = Object.values(after.actions).find(
    ({ body }) =>
      body.kind === kind && !Object.hasOwn(before.actions, body.id) && !Object.hasOwn(after.rulings, body.id),
  );
  return added?.body.id ?? '';
}
