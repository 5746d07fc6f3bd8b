import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { COMMANDS_TIMEOUT_MS, vecino, vecinoJson } from './command-line.ts';

function drawing(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">${content}</svg>`;
}

const RED_DISC = '<circle cx="50" cy="50" r="40" fill="#d33"/>';
const DARK_DISC = '<circle cx="50" cy="50" r="38" fill="#a22"/>';
const HOUSE = '<path d="M20 90V50L50 15 80 50V90Z" fill="#862"/><rect x="42" y="60" width="16" height="30"/>';

describe('vecino add-images and search --image', () => {
  it(
    'store a folder, report what is bad, embed nothing twice, and find what looks alike',
    async () => {
      const folder = temporaryFolder();
      const [library, pictures] = [join(folder, 'library'), join(folder, 'pictures')];
      mkdirSync(join(pictures, 'places'), { recursive: true });
      mkdirSync(join(pictures, '.hidden'));
      for (const [name, content] of [
        ['disc.svg', drawing(RED_DISC)],
        ['places/house.svg', drawing(HOUSE)],
        ['broken.png', 'no picture'],
        ['notes.txt', 'no picture either, and not called one'],
        ['.hidden/disc.svg', drawing(RED_DISC)],
      ] as const) {
        writeFileSync(join(pictures, name), content);
      }

      const first = await vecino(['add-images', library, 'photos', pictures]);
      expect(first.code).toBe(1);
      expect(first.stdout).toContain('2 pictures stored, 2 of them embedded now, 0 vanished, 1 not stored');
      expect(first.stderr).toMatch(
        /not stored: mobilenet: the picture ".*broken\.png" is none that is known/,
      );

      const again = await vecinoJson('add-images', library, 'photos', join(pictures, 'disc.svg'));
      expect(again).toEqual({ collection: 'photos', stored: 1, embedded: 0, vanished: 0, faults: [] });

      const like = join(folder, 'like.svg');
      writeFileSync(like, drawing(DARK_DISC));
      const disc = join(pictures, 'disc.svg');
      expect(await vecinoJson('search', library, 'photos', '--image', like, '--k', '1')).toMatchObject({
        hits: [{ id: disc, metadata: { source: disc } }],
      });

      for (const [args, code, says] of [
        [['search', library, 'photos', 'a disc'], 2, 'knows no texts: look near a picture with --image'],
        [['search', library, 'photos', '--image', 'none.png'], 2, 'the picture "none.png" is not there'],
        [['search', library, 'photos', 'a disc', '--image', like], 2, 'exactly one of a text, --image'],
        [['add-images', library, 'photos', join(folder, 'nowhere')], 2, 'nowhere" is not there'],
      ] as const) {
        const refused = await vecino([...args]);
        expect(refused.code).toBe(code);
        expect(refused.stderr).toContain(says);
      }
    },
    COMMANDS_TIMEOUT_MS,
  );

  it(
    'remove what has vanished, and keep it where they are told to',
    async () => {
      const folder = temporaryFolder();
      const [library, pictures] = [join(folder, 'library'), join(folder, 'pictures')];
      mkdirSync(pictures);
      for (const name of ['disc.svg', 'house.svg']) writeFileSync(join(pictures, name), drawing(HOUSE));
      await vecinoJson('add-images', library, 'photos', pictures);
      rmSync(join(pictures, 'disc.svg'));
      const kept = await vecinoJson('add-images', library, 'photos', pictures, '--keep-vanished');
      expect(kept).toMatchObject({ stored: 1, vanished: 0 });
      const told = await vecino(['add-images', library, 'photos', pictures]);
      expect(told.stdout).toContain('1 picture stored, 0 of them embedded now, 1 vanished, 0 not stored');
    },
    COMMANDS_TIMEOUT_MS,
  );

  it(
    'say that a collection has no vectors of pictures',
    async () => {
      const folder = temporaryFolder();
      const [library, rows, like] = ['library', 'rows.jsonl', 'like.svg'].map((name) => join(folder, name));
      writeFileSync(rows ?? '', '{"id":"a","vector":[1,2]}\n');
      writeFileSync(like ?? '', drawing(RED_DISC));
      await vecino(['import', library ?? '', 'given', rows ?? '']);
      for (const args of [
        ['search', library, 'given', '--image', like],
        ['add-images', library, 'given', like],
      ]) {
        const refused = await vecino(args.map(String));
        expect(refused.code).toBe(2);
        expect(refused.stderr).toContain(
          'collection "given" has no vectors that the command line can make of pictures',
        );
      }
    },
    COMMANDS_TIMEOUT_MS,
  );
});
