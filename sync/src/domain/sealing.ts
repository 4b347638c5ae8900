/**
 * AES-256-GCM by WebCrypto alone, so that a terminal and the hub that keeps its key open each other's texts. Each text is sealed under a label
 * that says what it belongs to: under another it does not open, so sealed texts cannot be exchanged.
 */
const ALGORITHM = 'AES-GCM';
/** NIST SP 800-38D: 96 bits, random. At one key a terminal and a few million seals the chance that two are equal is below 2⁻⁵⁰. */
const IV_BYTES = 12;

export type SealKey = CryptoKey;

export const SEAL_KEY_BYTES = 32;

/** @param raw `SEAL_KEY_BYTES` bytes. What comes back cannot be exported. */
export async function importSealKey(raw: Uint8Array<ArrayBuffer>): Promise<SealKey> {
  return crypto.subtle.importKey('raw', raw, ALGORITHM, false, ['encrypt', 'decrypt']);
}

/**
 * The iv, then the ciphertext with its tag.
 * @param text or its UTF-8
 */
export async function sealText(
  key: SealKey,
  text: string | Uint8Array<ArrayBuffer>,
  label: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: ALGORITHM, iv, additionalData: encoded(label) },
    key,
    typeof text === 'string' ? encoded(text) : text,
  );
  const bytes = new Uint8Array(IV_BYTES + sealed.byteLength);
  bytes.set(iv);
  bytes.set(new Uint8Array(sealed), IV_BYTES);
  return bytes;
}

/** Rejects when the bytes were not sealed under this key and label. */
export async function openText(key: SealKey, bytes: Uint8Array<ArrayBuffer>, label: string): Promise<string> {
  const iv = bytes.subarray(0, IV_BYTES);
  const text = await crypto.subtle.decrypt(
    { name: ALGORITHM, iv, additionalData: encoded(label) },
    key,
    bytes.subarray(IV_BYTES),
  );
  return new TextDecoder().decode(text);
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
