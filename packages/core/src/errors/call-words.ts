const words: Readonly<Record<string, string>> = {
  token: "log you in",
  create: "create the job",
  detail: "show the job",
  stop: "stop the job",
};

/** What an operation asks the platform to do, in English words. */
export function sayCall(operation: string): string {
  return words[operation] ?? `do ${operation}`;
}
