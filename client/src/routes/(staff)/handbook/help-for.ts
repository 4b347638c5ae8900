/** What helps on a page of the program; by the beginning of its path, the more exact first. */
const ABOUT: readonly [path: RegExp, chapter: string][] = [
  [/^\/intake/, 'receive'],
  [/^\/case\/[^/]+\/papers/, 'print'],
  [/^\/case/, 'review'],
  [/^\/verify/, 'verify'],
  [/^\/matters\/file/, 'matter-file'],
  [/^\/matters/, 'matrix'],
  [/^\/sync/, 'sync'],
  [/^\/password/, 'start'],
  [/^\/sessions/, 'sessions'],
  [/^\/second-factor/, 'factor'],
  [/^\/admin\/devices/, 'terminals'],
  [/^\/admin\/staff/, 'staff'],
  [/^\/admin\/units/, 'units'],
  [/^\/admin\/calendars/, 'calendar'],
  [/^\/admin\/offices/, 'office'],
  [/^\/admin\/sessions/, 'sessions'],
  [/^\/admin\/restores/, 'restores'],
  [/^\/admin\/security/, 'staff'],
  [/^\/admin\/audit/, 'audit'],
  [/^\/$/, 'keys'],
];

/** Where the handbook opens for somebody who is at `pathname`. */
export function helpFor(pathname: string): string {
  const chapter = ABOUT.find(([path]) => path.test(pathname))?.[1];
  return chapter === undefined ? '/handbook' : `/handbook/${chapter}`;
}
