import type { Io } from "../../cli/kit/terminal";

/** An `Io` that keeps what a command says. */
export interface RecordingIo extends Io {
  readonly results: string[];
  readonly notes: string[];
  readonly shown: string[];
  readonly questions: string[];
}

/** @param answer What the person answers. */
export function recordingIo({
  answer = true,
  signal = new AbortController().signal,
}: {
  answer?: boolean;
  signal?: AbortSignal | undefined;
} = {}): RecordingIo {
  const [results, notes, shown, questions]: [string[], string[], string[], string[]] = [[], [], [], []];
  return {
    results,
    notes,
    shown,
    questions,
    result: (text) => results.push(text),
    ready: async () => {},
    note: (text) => notes.push(text),
    progress: (text) => shown.push(text),
    confirm: async (question) => {
      questions.push(question);
      return answer;
    },
    signal,
  };
}
