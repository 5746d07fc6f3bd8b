import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readRemoteAddress } from './remote-address.ts';
import { readRemoteOptions } from './remote-options.ts';

const SECRET = 'rosebud and more';
const read = (connection: object, understood: Parameters<typeof readRemoteOptions>[3] = ['apiKey']) =>
  readRemoteOptions('open "x"', 'Engine', { connection } as never, understood);

describe('options of engines elsewhere', () => {
  it('have defaults, and those that the engine understands', () => {
    expect(read({ apiKey: 'k-1' }).connection).toMatchObject({
      apiKey: 'k-1',
      retries: 3,
      timeoutMs: 60_000,
    });
    expect(readRemoteOptions('open "x"', 'Engine', { readOnly: true }, [])).toMatchObject({
      readOnly: true,
      mayCreate: false,
    });
  });

  it.each([[{ schema: 'a' }], [{ connectionsMax: 3 }], [{ connectTimeoutMs: 3 }]])(
    'refuse what means nothing to the engine: %j',
    (connection) => {
      expect(() => read(connection)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    },
  );

  it.each([[''], [SECRET], ['schlüssel'], [7], [null]])(
    'refuse a key that is none, unrepeated: %j',
    (apiKey) => {
      const refused = () => read({ apiKey });
      expect(refused).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
      try {
        refused();
      } catch (error) {
        expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
      }
    },
  );

  it('refuse a signal that is none', () => {
    expect(() => read({ signal: {} })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('an address', () => {
  it('is shown without what may be secret', () => {
    const { shown, secrets } = readRemoteAddress('db://me:p%40ss@host:1/a?api-key=k&x=', 'db://host');
    expect(shown).toBe('db://me@host:1/a');
    expect(secrets).toEqual(['p%40ss', 'p@ss', 'k']);
  });

  it('is not repeated where it is no URL', () => {
    const refused = () => readRemoteAddress(`db://me:${SECRET}@host:port`, 'db://host');
    expect(refused).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(refused).not.toThrow(SECRET);
  });
});
