/** Finds a QR code in a picture, on this machine alone. The reader is loaded when first needed. */

/** Larger pictures are scaled down: the reader slows with the square, and a code does not need more. */
const MAX_SIDE = 1600;

export async function readQr(image: ImageData): Promise<string | undefined> {
  const { default: jsQR } = await import('jsqr');
  const found = jsQR(image.data, image.width, image.height, { inversionAttempts: 'attemptBoth' });
  return found === null || found.data === '' ? undefined : found.data;
}

/** Undefined when there is no code in it, or it is no picture. */
export async function readImageFile(file: Blob): Promise<string | undefined> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return undefined;
  }
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const image = pixelsOf(bitmap, { width: bitmap.width * scale, height: bitmap.height * scale });
  bitmap.close();
  return image === undefined ? undefined : readQr(image);
}

export function pixelsOf(
  source: CanvasImageSource,
  size: { width: number; height: number },
): ImageData | undefined {
  const width = Math.max(1, Math.round(size.width));
  const height = Math.max(1, Math.round(size.height));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) return undefined;
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
