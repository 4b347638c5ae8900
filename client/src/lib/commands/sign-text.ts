/** Signs a paper's text with this terminal's key, for QR codes that another station verifies. base64url, ECDSA P-256. */
import { signValue } from '@sanji/sync/domain/signing';
import { session } from '#lib/state/session.svelte.ts';

/** Throws when this terminal is not enrolled. */
export async function signText(text: string): Promise<string> {
  const { device } = session;
  if (device === undefined) throw new Error('this terminal is not enrolled');
  return signValue(text, device.privateKey);
}
