import { afterEach, expect, it } from 'vitest';
import { absenceOf, absenceOfServer, requirePeer, versionOfPeer } from './peers-package.ts';

const VARIABLE = 'VECINO_BENCH_TEST';

afterEach(() => {
  delete process.env[VARIABLE];
});

it('finds what is installed beside the bench', () => {
  expect(absenceOf('sqlite-vec')).toBeUndefined();
  expect(requirePeer('sqlite-vec')).toHaveProperty('load');
  expect(versionOfPeer('sqlite-vec')).toMatch(/^\d+\.\d+\.\d+/);
});

it('names the command that installs what is not', () => {
  expect(absenceOf('sqlite-vec', 'no-such-engine')).toBe(
    'not installed: npm install sqlite-vec no-such-engine',
  );
});

it('says of a server that it has no address, or does not answer there', async () => {
  const silent = () => Promise.reject(new Error('refused. Try again'));
  expect(await absenceOfServer(VARIABLE, 'http://localhost', silent)).toMatch(/set VECINO_BENCH_TEST=http/);
  process.env[VARIABLE] = 'http://user:secret@localhost';
  const absence = await absenceOfServer(VARIABLE, 'http://localhost', silent);
  expect(absence).toMatch(/no answer at the address in VECINO_BENCH_TEST \(refused\)/);
  expect(absence).not.toContain('secret');
  expect(await absenceOfServer(VARIABLE, 'http://localhost', () => Promise.resolve())).toBeUndefined();
});
