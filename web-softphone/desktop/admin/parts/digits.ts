/** A telephone number without what people write between its digits. */
export function digitsOf(number: string): string {
  return number.replace(/[\s().\-–]/g, '');
}
