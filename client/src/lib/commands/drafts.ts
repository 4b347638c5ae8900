/** Unfinished input of the person at the terminal. */
import { openStation } from '#lib/local/station.ts';
import { session } from '#lib/state/session.svelte.ts';

/** @param content plain data, `$state.snapshot` of what is on the screen */
export async function saveDraft(screen: string, id: string, content: unknown): Promise<void> {
  const staffId = session.staff?.staffId;
  if (staffId === undefined) return;
  const { drafts } = await openStation();
  await drafts.save({ id: `${staffId}:${screen}:${id}`, staffId, screen, savedAt: Date.now(), content });
}

export async function findDraft(
  screen: string,
  id: string,
): Promise<{ savedAt: number; content: unknown } | undefined> {
  const { drafts } = await openStation();
  return drafts.find(`${session.staff?.staffId ?? ''}:${screen}:${id}`);
}

export async function removeDraft(screen: string, id: string): Promise<void> {
  const { drafts } = await openStation();
  await drafts.remove(`${session.staff?.staffId ?? ''}:${screen}:${id}`);
}
