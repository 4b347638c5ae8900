/** The chapters of docs/handbook, in the language of the terminal. Each is loaded when it is opened; the service worker holds them all. */
import type { Chapter } from '../../../../handbook-plugin.ts';
import { getLocale } from '#lib/i18n/paraglide/runtime.js';

const FOLDER = '../../../../../docs/handbook';
const FILES = import.meta.glob<Chapter>('../../../../../docs/handbook/*/*.md');

/** The page that lists the chapters. */
export const CONTENTS = 'README';

export async function findChapter(id: string, locale: string = getLocale()): Promise<Chapter | undefined> {
  return await FILES[`${FOLDER}/${locale}/${id}.md`]?.();
}
