/** One request of an attack on a planted hub, from an address of its own as behind a proxy: the limits are tried elsewhere. */
import type { Caller } from './callers.ts';
import { offencesOf } from './offences.ts';
import type { Planted } from './planted-hub.ts';
import { sendRaw, type RawAnswer, type RawRequest } from './raw-request.ts';

let knocks = 0;

export function knock(planted: Planted, request: RawRequest): Promise<RawAnswer> {
  knocks += 1;
  const address = [10, (knocks >> 16) & 255, (knocks >> 8) & 255, knocks & 255].join('.');
  return sendRaw(planted.hub.url, {
    ...request,
    headers: { 'x-forwarded-for': address, ...request.headers },
  });
}

/** Knocks, and says what is wrong with the answer; `what` names the attack in a failure. */
export async function trouble(
  planted: Planted,
  caller: Pick<Caller, 'headers' | 'unit'>,
  { what, ...request }: RawRequest & { what: string },
): Promise<string[]> {
  const headers = { ...caller.headers, ...request.headers };
  const answer = await knock(planted, { ...request, headers });
  const isInterface = /^\/(api|sync)\/./.test(request.target);
  const isHead = request.method === 'HEAD';
  const found = offencesOf({ answer, foreign: planted.foreignTo(caller.unit), isInterface, isHead });
  return found.map((offence) => `${what}: ${offence}`);
}
