import { describe, expect, it } from 'vitest';
import { readAddress } from './address.ts';

describe('addresses of Chroma', () => {
  it('have the defaults of the server', () => {
    expect(readAddress('chroma://localhost')).toMatchObject({
      host: 'localhost',
      port: 8_000,
      ssl: false,
      tenant: 'default_tenant',
      database: 'default_database',
      headers: {},
      secrets: [],
      shown: 'chroma://localhost/?tenant=default_tenant&database=default_database',
    });
  });

  it('name all of it, and show no secret', () => {
    const read = readAddress('chroma://me:s%40fe@host:1/?tenant=t&database=d%2Fe&ssl=true&token=abc%2F1');
    const basic = Buffer.from('me:s@fe').toString('base64');
    expect(read).toMatchObject({
      port: 1,
      ssl: true,
      tenant: 't',
      database: 'd/e',
      headers: { 'x-chroma-token': 'abc/1', authorization: `Basic ${basic}` },
      shown: 'chroma://me@host:1/?tenant=t&database=d%2Fe',
    });
    for (const secret of ['s@fe', 's%40fe', 'abc/1', basic]) expect(read.secrets).toContain(secret);
    expect(read.secrets).not.toContain('t');
  });

  it('take the key of the connection where they have none', () => {
    expect(readAddress('chroma://host/', 'key').headers).toEqual({ 'x-chroma-token': 'key' });
    expect(readAddress('chroma://host/?token=own', 'key').headers).toEqual({ 'x-chroma-token': 'own' });
  });

  it.each([
    ['chroma://host:port', 'is no URL'],
    ['chroma://host/books', 'name the database'],
    ['chroma://host/?tenat=a', 'did you mean "tenant"'],
    ['chroma://host/?ssl=yes', 'another ssl'],
  ])('are refused where they make no sense: %s', (location, problem) => {
    expect(() => readAddress(location)).toThrow(problem);
  });
});
