import { error } from '@sveltejs/kit';
import { CONTENTS, findChapter } from '../chapters.ts';
import type { PageLoad } from './$types.js';

export const load: PageLoad = async ({ params }) => {
  const id = params.chapter ?? CONTENTS;
  const [contents, chapter] = await Promise.all([findChapter(CONTENTS), findChapter(id)]);
  if (contents === undefined || chapter === undefined) error(404);
  return { id, groups: contents.contents, chapter };
};
