import { stripVTControlCharacters } from "node:util";

/** One line of a problem matcher: its groups by meaning. */
type Pattern = { regexp: RegExp; message?: number; loops?: boolean };

/** A problem matcher: patterns that must match on consecutive lines. */
export type ProblemMatcher = { owner: string; patterns: Pattern[] };

/** A line that a matcher would turn into an annotation. */
export type MatchedLine = { owner: string; line: string; message: string };

/**
 * The matchers that setup-node and setup-python leave for later steps. Two of them never hit in
 * practice, by slips in their own files (slashes around the pattern; a group that does not exist);
 * here they are as they were meant, which is the stricter check.
 */
const SETUP_MATCHERS: readonly ProblemMatcher[] = [
  {
    owner: "eslint-compact",
    patterns: [
      {
        regexp: /^(.+):\sline\s(\d+),\scol\s(\d+),\s(Error|Warning|Info)\s-\s(.+)\s\((.+)\)$/,
        message: 5,
      },
    ],
  },
  {
    owner: "eslint-stylish",
    patterns: [
      { regexp: /^\s*(\S.*)$/ },
      {
        regexp: /^\s+(\d+):(\d+)\s+(error|warning|info)\s+(.*)\s\s+(.*)$/,
        message: 4,
        loops: true,
      },
    ],
  },
  {
    owner: "tsc",
    patterns: [
      {
        regexp:
          /^(?:\s+\d+>)?(\S.*)\((\d+)(?:,(\d+)(?:,\d+(?:,\d+)?)?)?\)\s*:\s+(error|warning|info)\s+(\w{1,2}\d+)\s*:\s*(.*)$/,
        message: 6,
      },
    ],
  },
  {
    owner: "python",
    patterns: [
      { regexp: /^\s*File\s"(.*)",\sline\s(\d+),\sin\s(.*)$/ },
      { regexp: /^\s*raise\s(.*)\('(.*)'\)$/, message: 2 },
    ],
  },
];

/** Feeds lines to matchers; like the runner, one per output stream. */
export type MatcherRun = ReturnType<typeof createMatcherRun>;

/** Starts matching with no line seen. Colour codes are taken off first. */
export function createMatcherRun() {
  const runs = SETUP_MATCHERS.map((matcher) => ({ matcher, reached: 0 }));
  return {
    match(line: string): MatchedLine | undefined {
      const plain = stripVTControlCharacters(line);
      for (const run of runs) {
        const message = step(run, plain);
        if (message === undefined || message.trim() === "") continue;
        // A hit resets every other matcher.
        for (const other of runs) if (other !== run) other.reached = 0;
        return { owner: run.matcher.owner, line, message };
      }
      return undefined;
    },
  };
}

/** The lines that {@link SETUP_MATCHERS} would turn into annotations. */
export function findMatchedLines(lines: Iterable<string>): MatchedLine[] {
  const run = createMatcherRun();
  return [...lines].flatMap((line) => run.match(line) ?? []);
}

type Run = { matcher: ProblemMatcher; reached: number };

// `reached` is how many patterns have matched; all our matchers have one or two.
function step(run: Run, line: string): string | undefined {
  const { patterns } = run.matcher;
  const last = patterns.at(-1);
  if (!last) return undefined;
  if (run.reached === patterns.length - 1) {
    const groups = last.regexp.exec(line);
    if (groups) {
      if (!last.loops) run.reached = 0;
      return groups[last.message ?? 0] ?? "";
    }
  }
  run.reached = patterns.length > 1 && patterns[0]?.regexp.test(line) ? 1 : 0;
  return undefined;
}
