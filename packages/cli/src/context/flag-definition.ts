/** When a flag means something; a command line where it would do nothing is refused. */
export interface FlagTerms {
  /** One of these flags, or of these arguments such as `[file]`, has to stand beside it. */
  readonly needs?: readonly string[];
  /** None of these flags or arguments may stand beside it. */
  readonly conflicts?: readonly string[];
  /** The kinds of call that know it: an action of `sweep`, or a `job` or `sweep` that is submitted. */
  readonly kinds?: readonly string[];
  /** A kind of call where it needs nothing beside it. */
  readonly freeFor?: string;
  /** The values that it takes, for the completion. */
  readonly choices?: readonly string[];
}

/** A flag in cac's form, what it does in English and in Chinese, and when it means something. */
export type FlagDefinition = readonly [flag: string, en: string, zh: string, terms?: FlagTerms];
