/** The cookie of a person's session. Over https it bears the prefix with which a browser promises that no other host has set it. */
import { parseCookie } from 'cookie';
import type { Request } from 'express';

export const SESSION_COOKIE = 'sanji_session';
/** RFC 6265bis, 4.1.3.2: Secure, Path=/, no Domain. */
const HOST_ONLY = '__Host-';
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict';

/** The cookie's secret. Over https one without the prefix counts for nothing: it may have come from anywhere. */
export function presentedSession(request: Request): string | undefined {
  return parseCookie(request.get('cookie') ?? '')[nameFor(request)];
}

/** For Set-Cookie. `value` undefined: takes the cookie away. */
export function sessionCookie(value: string | undefined, request: Request): string {
  const pair = value === undefined ? '=; Max-Age=0' : `=${value}`;
  return `${nameFor(request)}${pair}; ${ATTRIBUTES}${request.secure ? '; Secure' : ''}`;
}

/** The pair `name=value` out of a server's Set-Cookie lines, to be sent back to it as it is. */
export function sessionPair(setCookies: readonly string[]): string | undefined {
  return setCookies.map((line) => /^(?:__Host-)?sanji_session=[^;]+/.exec(line)?.[0]).find(Boolean);
}

function nameFor({ secure }: Request): string {
  return secure ? `${HOST_ONLY}${SESSION_COOKIE}` : SESSION_COOKIE;
}
