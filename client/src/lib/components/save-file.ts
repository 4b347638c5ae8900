/** Hands a file to the browser's own way of saving. */
export function saveFile({ name, text }: { name: string; text: string }): void {
  saveBlob({ name, blob: new Blob([text], { type: 'application/json' }) });
}

export function saveBlob({ name, blob }: { name: string; blob: Blob }): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
