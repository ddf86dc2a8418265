/** @file One field of a CSV file. */

/** A field as in RFC 4180: quoted where it must be; numbers keep all their digits; null is an empty field. */
export function csvField(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
