/** What an error says: what failed, and the next step. */
export interface Said {
  readonly summary: string;
  readonly hint?: string | undefined;
}

/** The facts of an error without its words, as they are written down. */
export interface ErrorFacts {
  /** The code of the error, `interrupted`, `under_way`, or `process_ended`. */
  code: string;
  [fact: string]: unknown;
}
