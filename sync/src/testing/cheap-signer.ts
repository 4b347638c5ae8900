/** Signatures for simulations: not secure, synchronous, and any change of the body or another key shows. */
import type { AnyActionBody, SignedAction } from '../domain/action.ts';
import { deviceOf } from '../domain/action.ts';

export function cheapSign(body: AnyActionBody): SignedAction {
  const hash = digest(JSON.stringify(body));
  return { body, hash, sig: digest(`${deviceOf({ body })} ${hash}`) };
}

export function isCheaplySigned(action: SignedAction): boolean {
  const { hash, sig } = cheapSign(action.body);
  return hash === action.hash && sig === action.sig;
}

/** FNV-1a, twice, 64 bits in hex. */
function digest(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}
