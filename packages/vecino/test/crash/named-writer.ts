/** Writes batch after batch from the given number on, says when each is done, and waits to be killed. */
import { writeSync } from 'node:fs';
import { open } from '../../src/index.ts';
import { openNamed, writeBatch } from './named-library.ts';

const [folder = '', first = '1'] = process.argv.slice(2);
const db = await open(folder);
const shelf = await openNamed(db);
for (let number = Number(first); ; number++) {
  await writeBatch(shelf, number);
  writeSync(1, `${number}\n`);
  if (number % 40 === 0) await shelf.compact();
}
