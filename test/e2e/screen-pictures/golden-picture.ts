/** A kept picture as pixels. Node cannot read WebP, the browser at hand can. */
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';

export async function decodeWebp(page: Page, webp: Buffer): Promise<PNG> {
  const png = await page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/webp;base64,${data}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext('2d')?.drawImage(image, 0, 0);
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  }, webp.toString('base64'));
  return PNG.sync.read(Buffer.from(png, 'base64'));
}
