/** The result of a check; `skip`: it could not or need not run. */
export type FindingState = "ok" | "note" | "fail" | "skip";

/** One line of the doctor. */
export interface Finding {
  /** Name of the check, the same in every language. */
  readonly check: string;
  readonly state: FindingState;
  /** What was found, escaped and without secrets. */
  readonly detail: string;
  /** What to do about it. */
  readonly next?: string | undefined;
  /** Where a failure lies: in the configuration, or in the way to the platform or the platform. */
  readonly about: "configuration" | "platform";
}

/** Findings about one of the two. */
export function findingsAbout(about: Finding["about"]) {
  return (check: string, state: FindingState, detail: string, next?: string): Finding => {
    return { check, state, detail, next, about };
  };
}
