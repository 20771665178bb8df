/** How a check went; `skip`: it could not or need not be made. */
export type FindingState = "ok" | "note" | "fail" | "skip";

/** One line of the doctor. */
export interface Finding {
  /** Name of the check, the same in every language. */
  readonly check: string;
  readonly state: FindingState;
  /** What was found. Made harmless, without secrets. */
  readonly detail: string;
  /** What to do about it. */
  readonly next?: string | undefined;
  /** What a failure is about: the own configuration, or the way to the platform and the platform. */
  readonly about: "configuration" | "platform";
}

/** A finding about the way to the platform or the platform. */
export function foundOnTheWay(
  check: string,
  state: FindingState,
  detail: string,
  next?: string,
): Finding {
  return { check, state, detail, next, about: "platform" };
}
