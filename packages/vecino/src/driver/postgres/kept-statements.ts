import { createHash } from 'node:crypto';
import { codeOf } from '../front/connection-failures.ts';

/** A server keeps each for every connection, some kilobytes. */
const KEPT_MAX = 64;

/**
 * Names of statements that a server keeps. A name is made of its text, so that where connections are shared behind a
 * proxy no name can stand for another's statement.
 */
export class KeptStatements {
  private readonly names = new Map<string, string>();
  private most = KEPT_MAX;

  /** Undefined where it is not to be kept. */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= this.most) return known;
    const name = `vecino_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    this.names.set(text, name);
    return name;
  }

  /** From here on nothing is kept. */
  forget(): void {
    this.names.clear();
    this.most = 0;
  }
}

/** Whether a server does not know a name that it was told, or knows it from somebody else. */
export function isOfKept(error: unknown): boolean {
  return ['26000', '42P05'].includes(codeOf(error) ?? '');
}
