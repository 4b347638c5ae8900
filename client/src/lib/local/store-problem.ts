/** What an error of the local store means for the person at the terminal. */
import { problem, type Problem } from '@sanji/sync/domain/problem';

/** Browsers and Dexie give the reason by name, often within an error that only says that a transaction was ended. */
const FULL = 'QuotaExceededError';
/** Nothing here closes a database while the program runs but its deletion. */
const LOST = 'DatabaseClosedError';

export function storeProblem(error: unknown): Problem {
  const names = new Set(namesIn(error));
  if (names.has(FULL)) return problem('storage-full');
  return problem(names.has(LOST) ? 'store-lost' : 'store-broken');
}

function namesIn(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { name, inner, cause } = error as { name?: unknown; inner?: unknown; cause?: unknown };
  return [
    String(name),
    ...(inner === error ? [] : namesIn(inner)),
    ...(cause === error ? [] : namesIn(cause)),
  ];
}
