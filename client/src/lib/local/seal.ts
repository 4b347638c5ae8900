/**
 * Personal data lies on this terminal's disk only as AES-256-GCM ciphertext. The key is the terminal's; it is in memory while the page is
 * open and somebody has unlocked it, and on the disk only wrapped by what each clerk's password gives (`credential-store.ts`).
 */
import { openText, sealText, type SealKey } from '@sanji/sync/domain/sealing';

export { importSealKey, type SealKey } from '@sanji/sync/domain/sealing';

export class Seal {
  #key: SealKey | undefined;

  get isOpen(): boolean {
    return this.#key !== undefined;
  }

  open(key: SealKey): void {
    this.#key = key;
  }

  close(): void {
    this.#key = undefined;
  }

  /** For the next page of this tab (`kept-key.ts`). */
  get key(): SealKey | undefined {
    return this.#key;
  }

  /** @param label what the text belongs to: under another label it does not open, so sealed texts cannot be exchanged */
  async sealBytes(text: string | Uint8Array<ArrayBuffer>, label: string): Promise<Uint8Array<ArrayBuffer>> {
    return sealText(this.#get(), text, label);
  }

  /** Rejects when the bytes were not sealed under this key and label. */
  async openBytes(bytes: Uint8Array<ArrayBuffer>, label: string): Promise<string> {
    return openText(this.#get(), bytes, label);
  }

  /** As `sealBytes`, a character a byte: RxDB's storage takes arrays apart. */
  async seal(text: string, label: string): Promise<string> {
    return charactersOf(await this.sealBytes(text, label));
  }

  async unseal(sealed: string, label: string): Promise<string> {
    return this.openBytes(bytesOf(sealed), label);
  }

  #get(): SealKey {
    if (this.#key === undefined) throw new Error('nobody has unlocked this terminal');
    return this.#key;
  }
}

/** More arguments at once would overflow the stack. */
const CHUNK = 8_192;

function charactersOf(bytes: Uint8Array): string {
  let text = '';
  // Spreading would walk the bytes by an iterator, which takes eight times as long.
  for (let i = 0; i < bytes.length; i += CHUNK)
    text += Reflect.apply(String.fromCharCode, null, bytes.subarray(i, i + CHUNK)) as string;
  return text;
}

export function bytesOf(characters: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < characters.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
