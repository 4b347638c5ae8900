/** What every command does: build, decide as the hub will, sign, append. */
import type { AnyActionBody, Author, CaseDocument } from '@sanji/sync/domain/action';
import { decide } from '@sanji/sync/domain/decide';
import { fold } from '@sanji/sync/domain/fold';
import { actionIdOf, type CaseId } from '@sanji/sync/domain/identifiers';
import { refused, type Problem, type Result } from '@sanji/sync/domain/problem';
import { signAction } from '@sanji/sync/domain/signing';
import type { Actor } from '@sanji/sync/domain/state';
import { append, type ActionDraft } from '@sanji/sync/replication/append';
import { openStation } from '#lib/local/station.ts';
import { caseList } from '#lib/state/case-list.svelte.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';
import { clock } from '#lib/state/clock.svelte.ts';
import { foreground } from '#lib/state/foreground.ts';
import { session } from '#lib/state/session.svelte.ts';
import { storeTrouble } from '#lib/state/store-trouble.svelte.ts';
import { syncStatus } from '#lib/state/sync-status.svelte.ts';

export interface CheckedAppend {
  caseId: CaseId;
  series?: string;
  build: (doc: CaseDocument, number: number) => Result<ActionDraft[]>;
}

/** A store that fails is a refusal: nothing was written, and what was entered stays on the screen. */
export function appendChecked(wanted: CheckedAppend): Promise<Result<CaseDocument>> {
  return foreground.during(async () => {
    try {
      return await appendNow(wanted);
    } catch (error) {
      return { ok: false, problem: storeTrouble.note(error) };
    }
  });
}

async function appendNow({ caseId, series, build }: CheckedAppend): Promise<Result<CaseDocument>> {
  const { actor, staff, device } = session;
  if (actor === undefined || staff === undefined) return refused('login-required');
  if (device === undefined) return refused('device-required');
  const by: Author = { staffId: staff.staffId, name: staff.name, unit: staff.unit };
  const station = await openStation();
  const done = await append(
    {
      deviceId: device.deviceId,
      device: station.device,
      local: station.store,
      clock: { now: () => clock.read() },
      offsetMs: () => clock.offsetMs,
      sign: (body) => signAction(body, device.privateKey),
      onUnsettled: (error) => storeTrouble.note(error),
    },
    {
      caseId,
      by,
      ...(series === undefined ? {} : { series }),
      build: (doc, number) => {
        const built = build(doc, number);
        if (!built.ok) return built;
        const problem = firstProblem(doc, built.value, { actor, by });
        return problem === undefined ? built : { ok: false, problem };
      },
    },
  );
  if (!done.ok) return done;
  storeTrouble.passed();
  caseList.saved(done.value);
  syncStatus.retry();
  return done;
}

/** Decides each draft on the state the earlier ones leave, as the hub will. */
function firstProblem(
  doc: CaseDocument,
  drafts: ActionDraft[],
  { actor, by }: { actor: Actor; by: Author },
): Problem | undefined {
  const trial: CaseDocument = { ...doc, actions: { ...doc.actions } };
  const context = { actor, now: clock.read() + clock.offsetMs, catalog: catalogState.current };
  let after = Object.keys(doc.actions).sort();
  for (const [i, draft] of drafts.entries()) {
    // Numbers of a device that cannot exist: the trial is thrown away.
    const id = actionIdOf('trial', i + 1);
    const at = clock.read();
    const body: AnyActionBody = {
      v: 1,
      id,
      caseId: doc._id,
      ...draft,
      by,
      at,
      offsetMs: clock.offsetMs,
      after,
      prev: null,
    };
    const decision = decide(fold(trial), body, context);
    if (!decision.ok) return decision.problem;
    trial.actions[id] = { body, hash: '', sig: '' };
    after = [id];
  }
  return undefined;
}
