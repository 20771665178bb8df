/** When a flag means something; a command line where it would do nothing is refused. */
export interface FlagTerms {
  /** The flag requires one of these flags, or of these arguments such as `[file]`. */
  readonly needs?: readonly string[];
  /** The flag excludes these flags and arguments. */
  readonly conflicts?: readonly string[];
  /** The kinds of call that have the flag: an action of `sweep`, or a `job` or `sweep` that is submitted. */
  readonly kinds?: readonly string[];
  /** A kind of call in which `needs` does not hold. */
  readonly freeFor?: string;
  /** The flag that has taken its place: it still works, is in no help, and says so. */
  readonly replacedBy?: string;
  /** Whether most commands have it, so that only the help of the program shows it. */
  readonly isCommon?: boolean;
  /** The values of the flag, for the completion. */
  readonly choices?: readonly string[];
}

/** A flag in cac's form, what it does in English and in Chinese, and when it means something. */
export type FlagDefinition = readonly [flag: string, en: string, zh: string, terms?: FlagTerms];
