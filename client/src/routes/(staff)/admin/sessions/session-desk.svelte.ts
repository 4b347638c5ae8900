/** Open sessions on a screen: the own ones, or everybody's for the security administrator. */
import type { Problem, Result } from '@sanji/sync/domain/problem';
import {
  endOtherSessions,
  endSession,
  endSessionsOf,
  listSessions,
  type HubSession,
  type Whose,
} from '#lib/hub/open-sessions.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';

export class SessionDesk {
  readonly whose: Whose;
  sessions: HubSession[] | undefined = $state.raw();
  problem: Problem | undefined = $state.raw();
  /** The last that was ended, until the next. */
  done: { name: string; count: number } | undefined = $state.raw();
  busy = $state(false);
  text = $state('');

  shown: HubSession[] = $derived.by(() => {
    const wanted = this.text.trim().toLowerCase();
    return (this.sessions ?? []).filter((one) => wanted === '' || searchTextOf(one).includes(wanted));
  });

  constructor(whose: Whose) {
    this.whose = whose;
  }

  async refresh(): Promise<void> {
    const answer = await listSessions(this.whose);
    this.problem = answer.ok ? undefined : answer.problem;
    if (answer.ok) this.sessions = answer.value.sessions;
  }

  end({ id, staffId }: HubSession): Promise<void> {
    return this.#work(staffId, async () => {
      const answer = await endSession(this.whose, id);
      return answer.ok ? 1 : answer.problem;
    });
  }

  endAllOf(staffId: string): Promise<void> {
    return this.#work(staffId, () => countOf(endSessionsOf(staffId)));
  }

  /** Of the person at the terminal. */
  endOthers(): Promise<void> {
    return this.#work(session.staff?.staffId ?? '', () => countOf(endOtherSessions()));
  }

  async #work(staffId: string, task: () => Promise<number | Problem>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.done = undefined;
    const ended = await task();
    await this.refresh();
    if (typeof ended === 'number') this.done = { name: catalogState.staffName(staffId), count: ended };
    else this.problem = ended;
    this.busy = false;
  }
}

async function countOf(asked: Promise<Result<{ ended: number }>>): Promise<number | Problem> {
  const answer = await asked;
  return answer.ok ? answer.value.ended : answer.problem;
}

function searchTextOf({ staffId }: HubSession): string {
  const person = catalogState.current.staff.get(staffId);
  return `${staffId} ${person?.name ?? ''} ${catalogState.unitName(person?.unit)}`.toLowerCase();
}
