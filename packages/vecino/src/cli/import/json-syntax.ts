/** Where a text stops being JSON, and what would have been right there. */
export interface SyntaxFault {
  /** UTF-16 units before the fault; the length of the text where it ends too early. */
  readonly offset: number;
  readonly expected: string;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/**
 * The first fault of a text that is not JSON; undefined where it is.
 *
 * `JSON.parse` is what reads every line. Its error says where the fault is only sometimes, in words that
 * change with Node's version, and quotes the text, which our messages must not do. So a line that it refused is
 * walked once more here. The stack is explicit, because the nesting of a malformed line has no bound.
 */
export function findSyntaxFault(text: string): SyntaxFault | undefined {
  return new JsonWalk(text).run();
}

class JsonWalk {
  private readonly text: string;
  private readonly open: ('{' | '[')[] = [];
  private offset = 0;
  private justOpened = false;

  constructor(text: string) {
    this.text = text;
  }

  run(): SyntaxFault | undefined {
    let fault = this.value();
    while (fault === undefined && this.open.length > 0) {
      fault = this.justOpened ? this.afterOpening() : this.afterValue();
    }
    if (fault !== undefined) return fault;
    this.skip(SPACE);
    return this.offset === this.text.length ? undefined : this.expected('the end of the line');
  }

  /** A whole scalar, or only the opening of an object or array. */
  private value(): SyntaxFault | undefined {
    this.skip(SPACE);
    const first = this.text[this.offset];
    if (first === '"') return this.string();
    this.justOpened = first === '{' || first === '[';
    if (first === '{' || first === '[') {
      this.open.push(first);
      this.offset++;
      return undefined;
    }
    return this.skip(NUMBER) || this.skip(LITERAL) ? undefined : this.expected('a JSON value');
  }

  private afterOpening(): SyntaxFault | undefined {
    this.justOpened = false;
    if (this.closes()) return undefined;
    return this.open.at(-1) === '{' ? this.member('a key in double quotes, or "}"') : this.value();
  }

  private afterValue(): SyntaxFault | undefined {
    if (this.closes()) return undefined;
    const inObject = this.open.at(-1) === '{';
    if (!this.take(',')) return this.expected(inObject ? '"," or "}"' : '"," or "]"');
    return inObject ? this.member('a key in double quotes') : this.value();
  }

  private member(expectation: string): SyntaxFault | undefined {
    this.skip(SPACE);
    if (this.text[this.offset] !== '"') return this.expected(expectation);
    const fault = this.string();
    if (fault !== undefined) return fault;
    this.skip(SPACE);
    return this.take(':') ? this.value() : this.expected('":" after a key');
  }

  private closes(): boolean {
    this.skip(SPACE);
    const closed = this.take(this.open.at(-1) === '{' ? '}' : ']');
    if (closed) this.open.pop();
    return closed;
  }

  private string(): SyntaxFault | undefined {
    this.offset++;
    do this.skip(PLAIN);
    while (this.skip(ESCAPE));
    if (this.take('"')) return undefined;
    const got = this.text[this.offset];
    if (got === undefined) return this.expected('a closing double quote');
    return this.expected(
      got === '\\' ? 'a valid escape sequence' : 'an escape instead of a control character',
    );
  }

  private take(character: string): boolean {
    if (this.text[this.offset] !== character) return false;
    this.offset++;
    return true;
  }

  /** Steps over what the sticky pattern matches here; false where that is nothing. */
  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    if (!pattern.test(this.text) || pattern.lastIndex === this.offset) return false;
    this.offset = pattern.lastIndex;
    return true;
  }

  private expected(expected: string): SyntaxFault {
    return { offset: this.offset, expected };
  }
}
