import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../api/metadata.ts';
import { readPath } from './path.ts';

function read(path: string, metadata: JsonObject): unknown {
  return readPath(path)(metadata);
}

describe('readPath', () => {
  it('steps through objects', () => {
    expect(read('year', { year: 1997 })).toBe(1997);
    expect(read('a.b.c', { a: { b: { c: null } } })).toBeNull();
    expect(read('a.b', { a: { b: { c: 1 } } })).toEqual({ c: 1 });
    expect(read('a.x', { a: { b: 1 } })).toBeUndefined();
    expect(read('a.b.c', { a: { b: 'text' } })).toBeUndefined();
    expect(read('a.b', { a: null })).toBeUndefined();
  });

  it('does not step into arrays and strings', () => {
    expect(read('tags.0', { tags: ['a'] })).toBeUndefined();
    expect(read('tags.length', { tags: ['a'] })).toBeUndefined();
    expect(read('title.length', { title: 'a' })).toBeUndefined();
  });

  it('takes a top-level key spelt like the path where the nested value is missing', () => {
    expect(read('author.name', { 'author.name': 'Rowling' })).toBe('Rowling');
    expect(read('author.name', { 'author.name': 'Rowling', author: { born: 1965 } })).toBe('Rowling');
    expect(read('author.name', { 'author.name': 'Rowling', author: { name: null } })).toBeNull();
    expect(read('a.b.c', { a: { 'b.c': 1 } })).toBeUndefined();
  });

  it('finds own keys only, whatever they are called', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'constructor.name']) {
      expect(read(name, {})).toBeUndefined();
      expect(read(`a.${name}`, { a: {} })).toBeUndefined();
    }
    const metadata = JSON.parse('{"__proto__":{"polluted":true},"constructor":5}') as JsonObject;
    expect(read('__proto__.polluted', metadata)).toBe(true);
    expect(read('constructor', metadata)).toBe(5);
    expect(read('polluted', metadata)).toBeUndefined();
  });
});
