/**
 * The shortest decimal that reads back as the same 32-bit float, through JSON and `Math.fround`.
 *
 * `String(x)` would print the shortest decimal of the 64-bit float, nearly twice as long:
 * 0.10000000149011612 for the 32-bit float that 0.1 names. Nine significant digits always suffice and
 * random values mostly need eight or nine, so the search starts at eight. The sign of zero is kept.
 */
export function float32Text(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  let shortest = decimal(value, 8);
  if (Math.fround(shortest) !== value) return String(decimal(value, 9));
  for (let digits = 7; digits > 0; digits--) {
    const shorter = decimal(value, digits);
    if (Math.fround(shorter) !== value) break;
    shortest = shorter;
  }
  return String(shortest);
}

function decimal(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
