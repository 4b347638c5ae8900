/** A receipt is signed once at a terminal and printed as often as needed: the paper says which print it is. */
import { openStation } from '#lib/local/station.ts';

export interface ReceiptPrint {
  /** The signed text of the QR code. */
  text: string;
  prints: number;
}

function nameOf(caseNo: string): string {
  return `receipt:${caseNo}`;
}

export async function findReceiptPrint(caseNo: string): Promise<ReceiptPrint | undefined> {
  const { database } = await openStation();
  return (await database.settings.get(nameOf(caseNo)))?.value as ReceiptPrint | undefined;
}

export async function saveReceiptPrint(caseNo: string, print: ReceiptPrint): Promise<void> {
  const { database } = await openStation();
  await database.settings.put({ name: nameOf(caseNo), value: print });
}
