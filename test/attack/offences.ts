/** What no answer may be, whoever asked for whatever: our own failure, somebody else's data, or something a browser could be misled by. */
import { PROBLEMS } from '@sanji/sync/domain/problem';
import type { RawAnswer } from './raw-request.ts';

export interface Watched {
  answer: RawAnswer;
  /** What the caller must never read. */
  foreign: readonly string[];
  /** Answers of routes of the table; files of the client have rules of their own. */
  isInterface: boolean;
  /** Asked by HEAD: there is no body to look at. */
  isHead?: boolean;
}

/** Each in a few words; empty for an answer as it should be. */
export function offencesOf({ answer, foreign, isInterface, isHead = false }: Watched): string[] {
  const { status, headers, text } = answer;
  const found: string[] = [];
  if (status >= 500) found.push(`answered ${String(status)}: ${text.slice(0, 200)}`);
  const leaked = foreign.filter((secret) => text.includes(secret));
  if (leaked.length > 0) found.push(`leaked ${leaked.join(', ')}`);
  if (/\bat \S+ \(.*\.[tj]s:\d+/.test(text) || text.includes('node_modules'))
    found.push('told of its own code');
  // The parser of Node answers by itself what is no HTTP at all; nothing of ours is in that.
  if (status === 0 || headers.get('content-type') === undefined) return found;
  if (headers.has('x-powered-by')) found.push('names what it is made of');
  if (headers.get('x-content-type-options') !== 'nosniff') found.push('may be sniffed');
  if (!(headers.get('content-security-policy') ?? '').includes("default-src 'none'")) found.push('no policy');
  if (status >= 300 && status < 400 && !/^\/(?![/\\])/.test(headers.get('location') ?? '/'))
    found.push(`sends elsewhere: ${headers.get('location') ?? ''}`);
  if (!isInterface) return found;
  if (!/no-store/.test(headers.get('cache-control') ?? '')) found.push('may be kept by a cache');
  if (status >= 400 && !isHead) found.push(...problemOffences(answer));
  return found;
}

function problemOffences({ headers, text }: RawAnswer): string[] {
  if (!(headers.get('content-type') ?? '').startsWith('application/problem+json'))
    return ['no problem document'];
  const document = JSON.parse(text) as { code?: string; params?: Record<string, unknown> };
  if (document.code === undefined || !Object.hasOwn(PROBLEMS, document.code))
    return ['a problem nobody knows'];
  const strange = Object.values(document.params ?? {}).filter(
    (value) => !['string', 'number'].includes(typeof value),
  );
  return strange.length > 0 ? ['a problem with strange parameters'] : [];
}
