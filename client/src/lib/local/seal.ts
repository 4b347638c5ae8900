/**
 * Personal data lies on this terminal's disk only as AES-256-GCM ciphertext. The key is the terminal's; it is in memory while the page is
 * open and somebody has unlocked it, and on the disk only wrapped by what each clerk's password gives (`credential-store.ts`).
 */
const ALGORITHM = 'AES-GCM';
/** NIST SP 800-38D: 96 bits, random. At one key a terminal and a few million seals the chance that two are equal is below 2⁻⁵⁰. */
const IV_BYTES = 12;

export type SealKey = CryptoKey;

/** @param raw 32 bytes. What comes back cannot be exported. */
export async function importSealKey(raw: Uint8Array<ArrayBuffer>): Promise<SealKey> {
  return crypto.subtle.importKey('raw', raw, ALGORITHM, false, ['encrypt', 'decrypt']);
}

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
  async sealBytes(text: string, label: string): Promise<Uint8Array<ArrayBuffer>> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const sealed = await crypto.subtle.encrypt(
      { name: ALGORITHM, iv, additionalData: encoded(label) },
      this.#get(),
      encoded(text),
    );
    const bytes = new Uint8Array(IV_BYTES + sealed.byteLength);
    bytes.set(iv);
    bytes.set(new Uint8Array(sealed), IV_BYTES);
    return bytes;
  }

  /** Rejects when the bytes were not sealed under this key and label. */
  async openBytes(bytes: Uint8Array<ArrayBuffer>, label: string): Promise<string> {
    const iv = bytes.subarray(0, IV_BYTES);
    const text = await crypto.subtle.decrypt(
      { name: ALGORITHM, iv, additionalData: encoded(label) },
      this.#get(),
      bytes.subarray(IV_BYTES),
    );
    return new TextDecoder().decode(text);
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

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** More arguments at once would overflow the stack. */
const CHUNK = 8_192;

function charactersOf(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return text;
}

export function bytesOf(characters: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < characters.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
