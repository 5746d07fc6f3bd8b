/** `1 record`, `2 records`, `0 records`: for messages, in which digits stand as they are. */
export function quantity(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? '' : 's'}`;
}
