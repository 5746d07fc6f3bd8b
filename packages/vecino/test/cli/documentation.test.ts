import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { buildProgram } from '../../src/cli/program.ts';

const text = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');

/** The part of docs/cli.md under a command's heading. */
function sectionOf(command: string): string {
  const start = text.indexOf(`\n## ${command}\n`);
  const end = text.indexOf('\n## ', start + 1);
  return start < 0 ? '' : text.slice(start, end < 0 ? undefined : end);
}

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');

const commands = buildProgram().commands;

/** Flags that every command has, described once. */
const COMMON = ['--json', '--quiet', '--help'];

describe('the README', () => {
  it('names every command, and no other', () => {
    const line = readme.split('\n').find((one) => one.startsWith('From a shell: ')) ?? '';
    const named = Array.from(line.matchAll(/`(?:vecino )?([a-z-]+)`/g), ([, name]) => name);
    expect(named.toSorted()).toEqual(commands.map((command) => command.name()).toSorted());
  });
});

describe('docs/cli.md', () => {
  it.each(commands.map((command) => [command.name(), command] as const))(
    'knows all flags of %s',
    (name, command) => {
      const section = sectionOf(name);
      const [first] = command.registeredArguments;
      expect(section).toContain(`vecino ${name} <${first?.name()}`);
      const flags = command.options.flatMap(({ flags: written }) => written.match(/--[a-z-]+/g) ?? []);
      const own = flags.filter((flag) => !COMMON.includes(flag));
      expect(own.filter((flag) => !section.includes(`\`${flag}`))).toEqual([]);
      const documented = new Set(section.match(/(?<=`)--[a-z-]+/g) ?? []);
      expect([...documented].filter((flag) => !flags.includes(flag))).toEqual([]);
    },
  );

  it('has the table of exit codes', () => {
    for (const { code, about } of Object.values(EXIT_CODES)) {
      expect(text.replaceAll('`check`', 'check')).toContain(`| ${code} | ${about} |`);
    }
  });
});
