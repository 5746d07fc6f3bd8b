import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { Checkpoints } from './checkpoints.ts';
import { Connection } from './connection.ts';
import { openForWriting } from './open-for-writing.ts';

const MEBIBYTE = 1 << 20;

function openLogged() {
  const file = join(temporaryFolder(), 'store.sqlite');
  const connection = openForWriting(file, undefined);
  const failures: unknown[] = [];
  const checkpoints = new Checkpoints(connection, `${file}-wal`, (error) => failures.push(error));
  connection.exec('CREATE TABLE bytes (bytes BLOB)');
  const commit = (bytes: number) => {
    connection.run('INSERT INTO bytes VALUES (zeroblob(?))', bytes);
    checkpoints.transactionEnded();
  };
  return { file, connection, checkpoints, commit, failures, size: () => statSync(file).size };
}

describe('checkpoints', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('wait for a pause in the writing', () => {
    const { commit, size } = openLogged();
    for (let i = 0; i < 5; i++) {
      commit(MEBIBYTE);
      vi.advanceTimersByTime(900);
    }
    expect(size()).toBeLessThan(MEBIBYTE);
    vi.advanceTimersByTime(100);
    expect(size()).toBeGreaterThan(5 * MEBIBYTE);
  });

  it('do not wait for a pause where the log is long', () => {
    const { commit, size, file } = openLogged();
    for (let i = 0; i < 100; i++) commit(MEBIBYTE);
    expect(size()).toBeGreaterThan(80 * MEBIBYTE);
    expect(statSync(`${file}-wal`).size).toBeLessThan(20 * MEBIBYTE);
  });

  it('wait for the end of a transaction, however long it takes', () => {
    const { commit, connection, checkpoints, failures, size } = openLogged();
    commit(MEBIBYTE);
    connection.exec('BEGIN IMMEDIATE');
    checkpoints.transactionBegan();
    vi.advanceTimersByTime(10_000);
    connection.exec('COMMIT');
    checkpoints.transactionEnded();
    expect(size()).toBeLessThan(MEBIBYTE);
    vi.advanceTimersByTime(1_000);
    expect(size()).toBeGreaterThan(MEBIBYTE);
    expect(failures).toEqual([]);
  });

  it('leave alone what a reader still needs, and catch up when it has gone', () => {
    const { commit, size, file, failures } = openLogged();
    commit(MEBIBYTE);
    const reader = new Connection(file, { readOnly: true });
    onTestFinished(() => reader.close());
    reader.exec('BEGIN');
    expect(reader.get('SELECT count(*) AS count FROM bytes')).toEqual({ count: 1 });
    for (let i = 0; i < 40; i++) commit(MEBIBYTE);
    expect(size()).toBeLessThan(3 * MEBIBYTE);
    expect(reader.get('SELECT count(*) AS count FROM bytes')).toEqual({ count: 1 });
    reader.exec('COMMIT');
    commit(1);
    vi.advanceTimersByTime(1_000);
    expect(size()).toBeGreaterThan(40 * MEBIBYTE);
    expect(failures).toEqual([]);
  });

  it('that fail are told, and tried again', () => {
    const { commit, connection, failures, size } = openLogged();
    commit(MEBIBYTE);
    const all = vi.spyOn(connection, 'get').mockImplementationOnce(() => {
      throw new Error('the disk is on fire');
    });
    vi.advanceTimersByTime(1_000);
    expect(failures).toEqual([new Error('the disk is on fire')]);
    all.mockRestore();
    commit(1);
    vi.advanceTimersByTime(1_000);
    expect(failures).toHaveLength(1);
    expect(size()).toBeGreaterThan(MEBIBYTE);
  });

  it('end with an empty log', () => {
    const { commit, checkpoints, file } = openLogged();
    commit(MEBIBYTE);
    checkpoints.empty();
    expect(statSync(`${file}-wal`).size).toBe(0);
  });
});
