import { MockLanguageModelV4 } from 'ai/test';

type Options = Parameters<MockLanguageModelV4['doGenerate']>[0];
type Generated = Awaited<ReturnType<MockLanguageModelV4['doGenerate']>>;
type StreamPart =
  Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer Part>
    ? Part
    : never;

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
} satisfies Generated['usage'];

/** A model of the AI SDK that calls a tool once and then answers with what it was told, as JSON. */
export function modelThatCalls(toolName: string, input: unknown): MockLanguageModelV4 {
  const call = {
    type: 'tool-call',
    toolCallId: 'call-1',
    toolName,
    input: JSON.stringify(input),
  } as const;
  const ending = (told: string | undefined) =>
    ({ unified: told === undefined ? 'tool-calls' : 'stop', raw: undefined }) as const;
  return new MockLanguageModelV4({
    doGenerate: async ({ prompt }) => {
      const told = toldIn(prompt);
      const content = told === undefined ? [call] : [{ type: 'text', text: told } as const];
      return { content, finishReason: ending(told), usage: USAGE, warnings: [] };
    },
    doStream: async ({ prompt }) => {
      const told = toldIn(prompt);
      const parts: readonly StreamPart[] = [
        { type: 'stream-start', warnings: [] },
        ...(told === undefined ? [call] : textParts(told)),
        { type: 'finish', finishReason: ending(told), usage: USAGE },
      ];
      return { stream: ReadableStream.from(parts) };
    },
  });
}

function textParts(text: string): StreamPart[] {
  return [
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: text },
    { type: 'text-end', id: '1' },
  ];
}

/** What the tool has told the model, as the model reads it. */
function toldIn(prompt: Options['prompt']): string | undefined {
  const parts = prompt.flatMap((message) => (message.role === 'tool' ? message.content : []));
  const result = parts.find((part) => part.type === 'tool-result');
  return result && JSON.stringify(result.output);
}
