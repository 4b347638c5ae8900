/** Passwords that guessing begins with: the 49,000 most used of published leaks, also with the usual disguises. */
import { dictionary } from '@zxcvbn-ts/language-common';

const LIST = new Set(dictionary['passwords-common']);
/** Shorter words are in too many good passwords. */
const MIN_WORD = 5;
const DISGUISES: Record<string, string> = {
  '@': 'a',
  4: 'a',
  0: 'o',
  1: 'l',
  3: 'e',
  $: 's',
  5: 's',
  7: 't',
};

/** True for `Passw0rd`, `P@ssword2026`, `Summer-2026`, `Qwer1234`. */
export function isCommonPassword(password: string): boolean {
  const plain = password.normalize('NFKC').toLowerCase();
  const cut = plain.replace(/[^\p{L}]+$/u, '');
  return [plain, trimmed(plain), trimmed(undressed(plain)), trimmed(undressed(cut))].some(
    (form) => form.length >= MIN_WORD && LIST.has(form),
  );
}

function undressed(text: string): string {
  return text.replaceAll(/./gu, (letter) => DISGUISES[letter] ?? letter);
}

/** Without the digits and marks that were put around a word. */
function trimmed(text: string): string {
  return text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}
